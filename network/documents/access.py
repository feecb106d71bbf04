"""Who may read a document: whoever the app it serves lets in today. To have uploaded it gives no
right: she may have left since.

An app says so in its documents.py: DOCUMENTS = (DocumentScope("consents", …),).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from network.base.contracts import declared


@dataclass(frozen=True)
class DocumentScope:
    """Of the documents of these kinds, a user sees those that match `seen_by(user)`.

    `name` is unique in the portal. A kind that no app names is seen by nobody.
    """

    name: str
    kinds: tuple[str, ...]
    seen_by: Callable[[Any], Q]


def scopes() -> Iterable[DocumentScope]:
    return declared("documents").values()

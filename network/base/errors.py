"""The one error an action raises when a rule of the field refuses it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.forms import BaseForm


class Refused(Exception):  # noqa: N818  # a refusal is an answer, not a fault
    """A refusal that can be shown as it is; `field` says where it can be mended."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    def put_on(self, form: BaseForm) -> None:
        """Say it at the field where it can be mended; above the form when that has none such."""
        form.add_error(self.field if self.field in form.fields else None, self.message)


@contextmanager
def refusing_broken_rules(
    model: type[Model],
    *,
    field: str | None = None,
    fields: Mapping[str, str] | None = None,
    messages: Mapping[str, str] | None = None,
) -> Iterator[None]:
    """Answer a rule that PostgreSQL enforces with the sentence its constraint carries.

    By the name of the constraint, `messages` gives a better sentence than its own, and `fields`
    where it can be mended when that is not `field`.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        name = error.__cause__.diag.constraint_name  # type: ignore[union-attr]
        sentences = {c.name: c.violation_error_message for c in model._meta.constraints}
        sentence = (messages or {}).get(name) or sentences.get(name)
        if sentence is None:
            raise
        raise Refused(str(sentence), field=(fields or {}).get(name, field)) from error

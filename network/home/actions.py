"""What a person changes about how she sees the portal."""

from typing import Any


def choose_language(*, user: Any, language: str) -> None:
    """Keep the language in the account, so that every device speaks it."""
    if user.language != language:
        user.language = language
        user.save(update_fields=["language"])

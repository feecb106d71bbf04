"""The one error an action raises when a rule of the field refuses it."""


class Refused(Exception):  # noqa: N818  # a refusal is an answer, not a fault
    """A refusal that can be shown as it is; `field` says where it can be mended."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field

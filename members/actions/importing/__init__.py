"""Set-based verbs of the imports: a block of rows is matched, compared and written at once."""

from members.actions.importing.organisations import write_organisations
from members.actions.importing.people import prepare_people, write_people

__all__ = ["prepare_people", "write_organisations", "write_people"]

"""Set-based verbs of the import of old paper records."""

from trainings.actions.importing.records import prepare_records, write_records

__all__ = ["prepare_records", "write_records"]

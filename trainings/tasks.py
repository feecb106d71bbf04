"""Thin tasks of trainings, and the modules whose jobs the worker must know."""

from trainings import issuing  # noqa: F401  # its jobs

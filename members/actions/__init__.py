"""Verbs of the registry: every write, one module per topic."""

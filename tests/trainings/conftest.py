"""The cast of the registry."""

from tests.members.conftest import *  # noqa: F403

"""The cast of the registry's tests."""

from tests.members.conftest import *  # noqa: F403  # the same people knock at the API

from tests.members.conftest import *  # noqa: F403  # the same cast

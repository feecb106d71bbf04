import pytest
from django.core.files.storage import default_storage

from tests.factories.accounts import RoleAssignmentFactory, UserFactory, sign_in


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    """An empty place for files; returns the names kept in it."""
    settings.MEDIA_ROOT = tmp_path / "files"

    def kept():
        root = tmp_path / "files"
        return sorted(str(p.relative_to(root)) for p in root.rglob("*") if p.is_file())

    assert default_storage.location == str(tmp_path / "files")
    return kept


@pytest.fixture
def coordinator(db):
    return RoleAssignmentFactory().user


@pytest.fixture
def other_coordinator(db):
    return RoleAssignmentFactory().user


@pytest.fixture
def member(db):
    return RoleAssignmentFactory(user=UserFactory(), role="member").user


@pytest.fixture
def signed_in(client):
    return lambda user: sign_in(client, user)

"""docs/access.md says what the policy says."""

import pytest
from django.core.management import call_command

from members.management.commands import document_access
from members.management.commands.document_access import PATH, access_in_words


def test_the_page_of_the_policy_is_current():
    assert PATH.read_text() == access_in_words(), "run manage.py document_access"


def test_the_check_of_the_page_fails_on_a_page_that_lags(tmp_path, monkeypatch):
    page = tmp_path / "access.md"
    monkeypatch.setattr(document_access, "PATH", page)
    with pytest.raises(SystemExit):
        call_command("document_access", check=True)
    call_command("document_access")
    call_command("document_access", check=True)
    assert page.read_text().startswith("# Quién puede qué")

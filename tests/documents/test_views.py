from urllib.parse import quote
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.db.models import Q

from network.base.models import AccessLogEntry
from network.documents import access
from network.documents.access import DocumentScope
from network.documents.actions import store_upload
from network.documents.models import Document
from tests.documents.samples import pdf, picture, upload

pytestmark = pytest.mark.django_db


def store(by, data=None, name="Acta de la señora Ñahui.pdf", kind=Document.Kind.MINUTES):
    return store_upload(upload=upload(data or pdf(), name), kind=kind, by=by)


def address(document):
    return f"/documentos/{document.pk}/"


def fetch(browser, document, **options):
    """The answer, read to its end; what was read is its `body`."""
    response = browser.get(address(document), **options)
    response.body = b"".join(response)
    return response


@pytest.fixture
def scope(monkeypatch):
    """Let an app of the upper floors open documents, as its documents.py would."""

    def open_to(user, *kinds, matching=None):
        seen_by = lambda asking: (matching or Q()) if asking == user else Q(pk=None)  # noqa: E731
        declared = {"prueba": DocumentScope("prueba", kinds, seen_by)}
        monkeypatch.setattr(access, "declared", lambda kind: declared)

    return open_to


@pytest.fixture(autouse=True)
def _open_to_the_coordinator(scope, coordinator):
    scope(coordinator, "minutes")


def test_who_reaches_a_file_downloads_it(signed_in, coordinator):
    document = store(coordinator)

    response = fetch(signed_in(coordinator), document)

    assert response.status_code == 200
    assert response.body == pdf()
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Length"] == str(len(pdf()))


def test_file_is_only_ever_an_inert_attachment(signed_in, coordinator):
    response = fetch(signed_in(coordinator), store(coordinator))

    assert response.headers["Content-Disposition"] == (
        "attachment; filename*=utf-8''" + quote("Acta de la señora Ñahui.pdf")
    )
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert set(response.headers["Cache-Control"].split(", ")) == {"private", "no-store"}
    assert "default-src 'none'; sandbox" in response.headers["Content-Security-Policy"]
    assert "unsafe" not in response.headers["Content-Security-Policy"]


def test_quotes_and_breaks_cannot_leave_the_name(signed_in, coordinator):
    document = store(coordinator, name='a".pdf')
    Document.objects.filter(pk=document.pk).update(original_name='a"\r\nX-Mal: 1.pdf')

    response = fetch(signed_in(coordinator), document)

    assert "X-Mal" not in response.headers
    assert "\n" not in response.headers["Content-Disposition"]


def test_photo_is_sent_as_what_it_was_painted_as(signed_in, coordinator):
    response = fetch(signed_in(coordinator), store(coordinator, picture("WEBP"), "f.webp"))

    assert response.headers["Content-Type"] == "image/jpeg"
    assert response.headers["Content-Disposition"] == 'attachment; filename="f.jpg"'


def test_every_download_is_on_record(signed_in, coordinator):
    document = store(coordinator)
    browser = signed_in(coordinator)

    fetch(browser, document)
    fetch(browser, document)

    assert (
        list(
            AccessLogEntry.objects.filter(action="download").values_list(
                "user", "subject", "subject_id"
            )
        )
        == [(coordinator.pk, "documents.document", str(document.pk))] * 2
    )


def test_another_person_finds_nothing_and_leaves_no_download(
    signed_in, coordinator, other_coordinator
):
    response = fetch(signed_in(other_coordinator), store(coordinator))

    assert response.status_code == 404
    assert not AccessLogEntry.objects.filter(action="download").exists()


def test_person_whom_the_app_lets_in_downloads(signed_in, coordinator, other_coordinator, scope):
    document = store(coordinator)
    scope(other_coordinator, "minutes")

    assert fetch(signed_in(other_coordinator), document).status_code == 200


@pytest.mark.parametrize("kinds", [("consent",), ("photo", "evidence")])
def test_scope_opens_only_its_kinds(signed_in, coordinator, other_coordinator, scope, kinds):
    document = store(coordinator)
    scope(other_coordinator, *kinds)

    assert fetch(signed_in(other_coordinator), document).status_code == 404


def test_scope_opens_only_the_rows_it_matches(coordinator, other_coordinator, scope):
    seen, unseen = store(coordinator), store(coordinator)
    scope(other_coordinator, "minutes", matching=Q(pk=seen.pk))

    assert set(Document.objects.visible_to(other_coordinator)) == {seen}
    assert set(Document.objects.all()) == {seen, unseen}


@pytest.mark.parametrize("kind", Document.Kind)
def test_to_have_uploaded_a_file_opens_nothing(signed_in, coordinator, scope, kind):
    document = store(coordinator, kind=kind)
    scope(None)

    assert fetch(signed_in(coordinator), document).status_code == 404
    assert not AccessLogEntry.objects.filter(action="download").exists()


def test_person_without_the_permission_is_refused_even_her_own(signed_in, member):
    document = store(member)

    assert not Document.objects.visible_to(member).exists()
    assert fetch(signed_in(member), document).status_code == 403


def test_person_not_signed_in_is_sent_to_sign_in(client, coordinator):
    response = client.get(address(store(coordinator)))

    assert response.status_code == 302
    assert response.headers["Location"].startswith("/ingresar/")


def test_closed_account_downloads_no_more(signed_in, coordinator):
    document = store(coordinator)
    browser = signed_in(coordinator)
    coordinator.is_active = False
    coordinator.save()

    assert fetch(browser, document).status_code == 302


@pytest.mark.parametrize("site", ["cross-site", "same-site", "other"])
def test_page_of_another_site_gets_nothing(signed_in, coordinator, site):
    document = store(coordinator)

    response = fetch(signed_in(coordinator), document, headers={"Sec-Fetch-Site": site})

    assert response.status_code == 403
    assert not AccessLogEntry.objects.filter(action="download").exists()


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_own_page_and_typed_address_get_the_file(signed_in, coordinator, site):
    document = store(coordinator)

    response = fetch(signed_in(coordinator), document, headers={"Sec-Fetch-Site": site})

    assert response.status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_file_cannot_be_changed_at_its_address(signed_in, coordinator, method):
    document = store(coordinator)

    response = getattr(signed_in(coordinator), method)(address(document))

    assert response.status_code == 405


def test_unknown_document_and_lost_file_are_not_found(signed_in, coordinator):
    document = store(coordinator)
    default_storage.delete(document.stored_name)
    browser = signed_in(coordinator)

    assert browser.get(f"/documentos/{uuid4()}/").status_code == 404
    assert fetch(browser, document).status_code == 404
    assert not AccessLogEntry.objects.filter(action="download").exists()


def test_stored_names_are_not_addresses(signed_in, coordinator):
    document = store(coordinator)
    browser = signed_in(coordinator)

    for prefix in ("/", "/media/", "/files/", "/static/", "/documentos/"):
        assert browser.get(prefix + document.stored_name).status_code == 404

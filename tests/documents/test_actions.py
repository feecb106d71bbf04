import hashlib
import os
import time
from datetime import timedelta

import pytest
from django.db import DataError

from network.base.errors import Refused
from network.documents.actions import ORPHAN_AGE, clean_name, store_upload, sweep_orphans
from network.documents.models import Document
from network.documents.tasks import sweep_orphans_task
from tests.documents.samples import HOSTILE, pdf, picture, upload

pytestmark = pytest.mark.django_db


def store(by, data=None, name="Acta de mayo.pdf", **facts):
    file = upload(pdf() if data is None else data, name)
    return store_upload(upload=file, kind=Document.Kind.MINUTES, by=by, **facts)


def test_file_and_its_row_are_kept(coordinator, files):
    document = store(coordinator, title="Acta", subject="members.board", subject_id="7")

    document.refresh_from_db()
    assert files() == [document.stored_name]
    assert document.stored_name.startswith("documents/")
    assert document.stored_name.endswith(".pdf")
    assert "mayo" not in document.stored_name
    assert document.original_name == "Acta de mayo.pdf"
    assert (document.size, document.content_type) == (len(pdf()), "application/pdf")
    assert document.sha256 == hashlib.sha256(pdf()).hexdigest()
    assert (document.uploaded_by, document.confidentiality) == (coordinator, "personal")
    assert (document.subject, document.subject_id) == ("members.board", "7")
    assert str(document) == "Acta"


def test_only_the_account_of_the_portal_reads_the_file(coordinator, settings):
    document = store(coordinator)

    assert (settings.MEDIA_ROOT / document.stored_name).stat().st_mode & 0o077 == 0


def test_hash_and_size_are_of_what_was_kept(coordinator, settings):
    document = store(coordinator, picture("JPEG"), "foto.png")

    kept = (settings.MEDIA_ROOT / document.stored_name).read_bytes()
    assert (document.size, document.content_type) == (len(kept), "image/jpeg")
    assert document.sha256 == hashlib.sha256(kept).hexdigest()


def test_equal_files_are_two_facts(coordinator, files):
    first, second = store(coordinator), store(coordinator)

    assert first.sha256 == second.sha256
    assert len(files()) == Document.objects.count() == 2


@pytest.mark.parametrize("kind", ["HTML", "truncated PDF", "animated WebP"])
def test_refused_file_leaves_nothing(coordinator, files, kind):
    with pytest.raises(Refused):
        store(coordinator, HOSTILE[kind])

    assert files() == []
    assert not Document.objects.exists()


def test_file_goes_when_its_row_cannot_be_written(coordinator, files):
    with pytest.raises(DataError):
        store(coordinator, title="x" * 161)

    assert files() == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Acta de mayo.pdf", "Acta de mayo.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Ñusta\\foto.jpg", "foto.jpg"),
        ("foto\0.jpg", "foto.jpg"),
        ("foto.jpg\r\nSet-Cookie: a=b", "foto.jpgSet-Cookie a=b"),
        ("\u202egpj.exe", "gpj.exe"),
        ('"><script>.pdf', "script.pdf"),
        ("An\u0303o.pdf", "Año.pdf"),
        ("...", "archivo"),
        ("", "archivo"),
        ("a" * 300 + ".pdf", "a" * 196 + ".pdf"),
    ],
)
def test_name_is_cleaned(given, kept):
    assert clean_name(given) == kept


@pytest.mark.parametrize(
    ("original", "stored", "offered"),
    [
        ("foto.jpg.exe", "documents/ab/x.jpg", "foto.jpg.jpg"),
        ("acta", "documents/ab/x.pdf", "acta.pdf"),
        ("acta.PDF", "documents/ab/x.pdf", "acta.pdf"),
        ("pagina.html", "documents/ab/x.png", "pagina.png"),
    ],
)
def test_file_is_offered_under_the_ending_of_what_it_is(original, stored, offered):
    document = Document(original_name=original, stored_name=stored)

    assert document.download_name == offered


def test_name_that_is_only_an_ending_is_offered_under_the_id():
    document = Document(original_name=".pdf", stored_name="documents/ab/x.pdf")

    assert document.download_name == f"{document.pk}.pdf"
    assert str(document) == ".pdf"


def age(settings, name, by):
    moment = time.time() - by.total_seconds()
    os.utime(settings.MEDIA_ROOT / name, (moment, moment))


def test_old_files_without_a_row_are_swept(coordinator, files, settings):
    kept, orphan, young = (store(coordinator).stored_name for _time in range(3))
    Document.objects.filter(stored_name__in=[orphan, young]).delete()
    for name in (kept, orphan):
        age(settings, name, ORPHAN_AGE + timedelta(minutes=1))

    assert sweep_orphans() == 1

    assert files() == sorted([kept, young])


def test_sweeping_before_the_first_file_does_nothing(files):
    assert sweep_orphans() == 0
    sweep_orphans_task.delay()

    assert files() == []

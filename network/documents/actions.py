"""Storing files."""

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from network.documents.content import read_content
from network.documents.models import Document

FOLDER = "documents"
LONGEST_NAME = 200
# No request and no job lasts longer: a file of this age without a row will never get one.
ORPHAN_AGE = timedelta(days=1)


def store_upload(
    *,
    upload: UploadedFile,
    kind: str,
    by: Any,
    title: str = "",
    confidentiality: str = Document.Confidentiality.PERSONAL,
    subject: str = "",
    subject_id: str = "",
) -> Document:
    """Keep a file after looking inside it; Refused when it is none of those we take.

    Each call keeps one more: two equal files are two facts. When the row cannot be written, the
    file goes too; a file whose transaction ends badly later is taken by `sweep_orphans`.
    """
    content = read_content(upload)
    token = secrets.token_hex(16)
    document = Document(
        kind=kind,
        title=title,
        confidentiality=confidentiality,
        subject=subject,
        subject_id=subject_id,
        original_name=clean_name(upload.name or ""),
        content_type=content.content_type,
        size=len(content.data),
        sha256=hashlib.sha256(content.data).hexdigest(),
        uploaded_by=by,
    )
    name = f"{FOLDER}/{token[:2]}/{token}.{content.ending}"
    document.stored_name = default_storage.save(name, ContentFile(content.data))
    try:
        with transaction.atomic():
            document.save(force_insert=True)
    except BaseException:
        default_storage.delete(document.stored_name)
        raise
    return document


def erase_documents(documents: Iterable[Document]) -> None:
    """Delete the rows with their history and, once that is sure, the files."""
    documents = list(documents)
    ids = [document.pk for document in documents]
    Document.objects.filter(pk__in=ids).delete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT documents_erase_history(%s::uuid[])", [[str(pk) for pk in ids]])
    for document in documents:
        transaction.on_commit(partial(default_storage.delete, document.stored_name))


def sweep_orphans() -> int:
    """Delete the files whose row was never committed; how many there were."""
    if not default_storage.exists(FOLDER):
        return 0
    swept = 0
    for folder in default_storage.listdir(FOLDER)[0]:
        names = {f"{FOLDER}/{folder}/{f}" for f in default_storage.listdir(f"{FOLDER}/{folder}")[1]}
        known = Document.objects.filter(stored_name__in=names)
        for name in names - set(known.values_list("stored_name", flat=True)):
            if default_storage.get_modified_time(name) < timezone.now() - ORPHAN_AGE:
                default_storage.delete(name)
                swept += 1
    return swept


def clean_name(name: str) -> str:
    """The last part of a name, without what could mislead a page, a header or a disk."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    visible = "".join(c for c in name if unicodedata.category(c)[0] != "C")
    name = re.sub(r'[<>:"|?*]', "", visible).strip(" .")
    return name[-LONGEST_NAME:] or _("archivo")

"""A batch of certificates in the background: issue them, then put their papers into one ZIP.

Issuing finds what it issued before, so a worker that died is followed by one that goes on where it
stopped: nothing is issued twice. The ZIP is written as a stream, and sealed, from its beginning.
"""

import io
import zipfile
from collections.abc import Iterable
from datetime import date
from typing import IO, Any

from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from members.access import Permission
from network.base.access import can
from network.base.accesslog import Action, record_access
from network.base.errors import Refused
from network.base.jobs import Work, enqueue, job, new_result
from network.base.models import Job
from trainings.actions.certificates import issue_certificates
from trainings.certificate_pdf import certificate_pdf
from trainings.certificates import Content
from trainings.models import Certificate, Completion

CHUNK = 50
ZIP = "application/zip"


def enqueue_batch(
    *, completions: Iterable[Completion], title: str, by: Any, base_url: str, again: str
) -> Job:
    """`base_url` is printed on the papers: a worker has no address of its own."""
    return enqueue(
        kind="certificates",
        title=title,
        owner=by,
        params={
            "completions": [str(completion.pk) for completion in completions],
            "issued_on": timezone.localdate().isoformat(),
            "base_url": base_url,
            "again": again,
        },
    )


def may_take(row: Job) -> bool:
    """Are all the women of the file still hers to see?"""
    pks = row.result["certificates"]
    reached = Certificate.objects.visible_to(row.owner).filter(pk__in=pks)
    return reached.count() == len(pks)


@job("certificates", may_take=may_take)
def issue_and_print(work: Work) -> dict[str, Any]:
    """Half of the progress is issuing, half is printing."""
    pks, total = work.params["completions"], 2 * len(work.params["completions"])
    issued_on = date.fromisoformat(work.params["issued_on"])
    work.progress(0, total)
    for start in range(0, len(pks), CHUNK):
        chunk = _issuable_by(work.job, pks[start : start + CHUNK])
        issue_certificates(completions=chunk, by=work.job.owner, issued_on=issued_on)
        work.progress(min(start + CHUNK, len(pks)))
    reached = Certificate.objects.current().visible_to(work.job.owner).filter(completion__in=pks)
    certificates = list(reached.order_by("year", "number"))
    if not certificates:
        raise Refused(_("No hay constancias que imprimir: ninguna de ellas tiene derecho a una."))
    name, target = new_result(work.job)
    with target, io.BufferedWriter(target) as buffered:
        _write_zip(buffered, certificates, work)
    record_access(
        by=work.job.owner,
        action=Action.EXPORT,
        subject="certificates",
        field="personal",
        filters={"formato": "zip", "trabajo": str(work.job.pk)},
        row_count=len(certificates),
    )
    return {
        "file": name,
        "file_name": f"constancias-{issued_on:%Y%m%d}-{len(certificates)}.zip",
        "media_type": ZIP,
        "is_personal": True,
        "size": target.size,
        "rows": len(certificates),
        "certificates": [str(certificate.pk) for certificate in certificates],
    }


def _issuable_by(job: Job, pks: list[str]) -> list[Completion]:
    """Without those that a run before this one issued, annulled since or not."""
    rows = Completion.objects.visible_to(job.owner).filter(pk__in=pks)
    rows = rows.exclude(certificates__issued_at__gte=job.created_at)
    rows = rows.select_related("enrolment__edition")
    return [row for row in rows if can(job.owner, Permission.CERTIFICATE_ISSUE, row)]


def _write_zip(target: IO[bytes], certificates: list[Certificate], work: Work) -> None:
    asked = len(work.params["completions"])
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for done, certificate in enumerate(certificates, start=1):
            content = Content.of(certificate.content)
            paper = certificate_pdf(
                content, code=certificate.code, base_url=work.params["base_url"]
            )
            archive.writestr(_entry(certificate, content), paper)
            if done % 10 == 0:
                work.progress(asked + done)


def _entry(certificate: Certificate, content: Content) -> zipfile.ZipInfo:
    day = certificate.issued_on
    words = slugify(f"{content.surnames} {content.given_names}")
    name = f"{certificate.number_in_words}-{words}.pdf"
    return zipfile.ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0))

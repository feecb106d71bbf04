"""A woman's record of courses: page and paper."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from members.access import Permission
from members.models import Person
from members.requests import SignedInRequest
from network.base.access import requires
from network.base.accesslog import Action, record_access
from trainings.models import Completion
from trainings.transcript_pdf import transcript_pdf
from trainings.transcripts import Transcript, transcript_of
from trainings.views.checks import base_of


def _transcript(request: SignedInRequest, pk: UUID) -> Transcript:
    person = get_object_or_404(Person.objects.visible_to(request.user), pk=pk)
    reached = Completion.objects.visible_to(request.user)
    return transcript_of(person, reached, timezone.localdate())


@require_GET
@requires(Permission.ROSTER_VIEW)
def person_transcript(request: SignedInRequest, pk: UUID) -> HttpResponse:
    transcript = _transcript(request, pk)
    context = {
        "transcript": transcript,
        "person": transcript.person,
        "crumbs": [
            (_("Personas"), reverse("person-list")),
            (transcript.person.full_name, reverse("person-detail", args=[pk])),
        ],
    }
    return render(request, "trainings/person_transcript.html", context)


@require_GET
@requires(Permission.ROSTER_VIEW)
def person_transcript_paper(request: SignedInRequest, pk: UUID) -> HttpResponse:
    transcript = _transcript(request, pk)
    paper = transcript_pdf(transcript, base_url=base_of(request))
    record_access(
        by=request.user,
        action=Action.DOWNLOAD,
        subject="trainings.transcript",
        subject_id=transcript.person.pk,
        row_count=len(transcript.entries) + len(transcript.unverified),
    )
    response = HttpResponse(paper, content_type="application/pdf")
    response["Content-Disposition"] = 'attachment; filename="record-de-cursos.pdf"'
    return response

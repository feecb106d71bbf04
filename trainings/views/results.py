"""Pages of results: tests before and after, opinions on paper and on a screen handed around."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from members.access import Permission
from members.requests import SignedInRequest
from network.base.access import public, requires
from network.base.errors import Refused
from trainings.access import ensure_may_mark, may_mark
from trainings.actions import results as actions
from trainings.actions.editions import was_ever_closed
from trainings.editions import edition_head
from trainings.forms.results import OpinionForm, ScoresForm, TallyForm
from trainings.marking import lines_of_edition, shown_to
from trainings.models import Edition, TestScore
from trainings.results import edition_of_token, gains_of, opinion_of, opinion_url
from trainings.views.sessions import edition_in_reach


@require_GET
@requires(Permission.ROSTER_VIEW)
def edition_results(request: SignedInRequest, pk: UUID) -> HttpResponse:
    edition = edition_in_reach(request, pk)
    return _results_page(request, edition, _scores_form(request, edition))


@require_POST
@requires(Permission.ATTENDANCE_MARK)
def edition_scores(request: SignedInRequest, pk: UUID) -> HttpResponse:
    edition = _edition_to_mark(request, pk)
    form = _scores_form(request, edition, is_sent=True)
    if form.is_valid():
        try:
            count = actions.record_scores(
                edition=edition,
                scores=form.scores(),
                maximums=form.maximums(),
                taken_on=form.cleaned_data["taken_on"],
                by=request.user,
                reason=form.cleaned_data["reason"],
            )
        except Refused as refusal:
            refusal.put_on(form)
        else:
            sentence = ngettext(
                "%(count)s puntaje guardado.", "%(count)s puntajes guardados.", count
            )
            messages.success(request, sentence % {"count": count})
            return redirect("edition-results", edition.pk)
    return _results_page(request, edition, form)


def _edition_to_mark(request: SignedInRequest, pk: UUID) -> Edition:
    edition = edition_in_reach(request, pk)
    ensure_may_mark(request.user, edition)
    return edition


def _scores_form(
    request: SignedInRequest, edition: Edition, *, is_sent: bool = False
) -> ScoresForm:
    lines = list(shown_to(request.user, lines_of_edition(edition)))
    stored = TestScore.objects.filter(enrolment__in=[line.pk for line in lines])
    return ScoresForm(
        request.POST if is_sent else None,
        lines=lines,
        stored={(score.enrolment_id, score.moment): score for score in stored},
        asks_reason=was_ever_closed(edition),
    )


def _results_page(
    request: SignedInRequest,
    edition: Edition,
    form: ScoresForm,
    tally: TallyForm | None = None,
) -> HttpResponse:
    is_mine = may_mark(request.user, edition)
    empty = TallyForm(initial={"answered_on": timezone.localdate(), "client_id": uuid4()})
    context = edition_head(request, edition) | {
        "form": form,
        "tally": tally or empty,
        "may_mark": is_mine,
        "gains": gains_of(edition, request.user),
        "opinion": opinion_of(edition, request.user),
        "opinion_address": request.build_absolute_uri(opinion_url(edition)) if is_mine else "",
    }
    return render(request, "trainings/edition_results.html", context)


@require_POST
@requires(Permission.ATTENDANCE_MARK)
def edition_tally(request: SignedInRequest, pk: UUID) -> HttpResponse:
    edition = _edition_to_mark(request, pk)
    tally = TallyForm(request.POST)
    if tally.is_valid():
        try:
            actions.record_tally(edition=edition, by=request.user, **tally.cleaned_data)
        except Refused as refusal:
            refusal.put_on(tally)
        else:
            messages.success(request, _("Conteo guardado."))
            return redirect("edition-results", edition.pk)
    return _results_page(request, edition, _scores_form(request, edition), tally)


# The address itself is the right to answer: no session, no cookie, nothing that names anyone.
@csrf_exempt
@require_http_methods(["GET", "POST"])
@public
def edition_opinion(request: HttpRequest, token: str) -> HttpResponse:
    edition = edition_of_token(token)
    if edition is None:
        raise Http404
    form = OpinionForm(request.POST or None, initial={"client_id": uuid4()})
    context = {"edition": edition, "form": form, "sentence": ""}
    try:
        actions.refuse_opinions_out_of_time(edition)
        if request.method == "POST" and form.is_valid():
            actions.record_opinion(edition=edition, **form.cleaned_data)
            return redirect(f"{request.path}?gracias=si")
    except Refused as refusal:
        context["sentence"] = refusal.message
    context["is_thanked"] = request.method == "GET" and request.GET.get("gracias") == "si"
    return render(request, "trainings/edition_opinion.html", context)

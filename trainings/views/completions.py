"""Pages of completion: what the rule proposes, what is decided, and taking a decision back."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from members.access import Permission
from members.forms.answers import REVIEW, SAVE, step_of
from members.requests import SignedInRequest
from members.views.reviewing import kept_if
from network.base.access import ensure, requires
from network.base.errors import Refused
from network.base.listing import listing_page
from trainings.actions import completions as actions
from trainings.editions import crumbs_below, crumbs_of, edition_head
from trainings.exports.completions import COMPLETIONS
from trainings.forms.completions import DecisionsForm, VoidForm
from trainings.models import Completion, Enrolment
from trainings.proposals import Proposal, other_hours_in_words, proposals_shown_to
from trainings.views.sessions import edition_in_reach

Result = Completion.Result


@require_http_methods(["GET", "POST"])
@requires(Permission.COMPLETION_APPROVE)
def edition_completion(request: SignedInRequest, pk: UUID) -> HttpResponse:
    edition = edition_in_reach(request, pk)
    ensure(request.user, Permission.COMPLETION_APPROVE, edition)
    proposals = proposals_shown_to(request.user, edition)
    other_hours = other_hours_in_words(edition, proposals)
    form = DecisionsForm(request.POST or None, proposals=proposals, other_hours=other_hours)
    is_review = False
    if step_of(request) in {REVIEW, SAVE} and form.is_valid():
        is_kept = step_of(request) == SAVE
        try:
            with kept_if(is_kept):
                approved = actions.approve_completions(
                    edition=edition,
                    decisions=form.decisions,
                    by=request.user,
                    hours_reason=form.cleaned_data["hours_reason"],
                )
        except Refused as refusal:
            refusal.put_on(form)
        else:
            if is_kept:
                sentence = ngettext(
                    "%(count)s decisión aprobada.",
                    "%(count)s decisiones aprobadas.",
                    approved.written,
                )
                messages.success(request, sentence % {"count": approved.written})
                return redirect("edition-completion", edition.pk)
            is_review = True
    context = edition_head(request, edition) | {
        "form": form,
        "summary": summary_in_words(form, proposals, is_review=is_review),
        "is_review": is_review,
        "decided": _decided(form, proposals) if is_review else [],
        "standing": [p for p in proposals if p.standing],
        "walk_ins": [p for p in proposals if p.enrolment.person_id is None],
    }
    return render(request, "trainings/edition_completion.html", context)


def summary_in_words(form: DecisionsForm, proposals: list[Proposal], *, is_review: bool) -> str:
    """23 completan, 4 no, 2 aún no se sabe: of what was decided, or of what is proposed."""
    if is_review:
        results = [decision.result for decision in form.decisions]
    else:
        results = [p.standing.result if p.standing else p.result for p in proposals]
    yes, no = results.count(Result.COMPLETED), results.count(Result.NOT_COMPLETED)
    words = ngettext("%(yes)s completa", "%(yes)s completan", yes) % {"yes": yes}
    words += _(", %(no)s no") % {"no": no}
    left = len(results) - yes - no
    return words + (_(", de %(left)s aún no se puede decir") % {"left": left} if left else "")


def _decided(
    form: DecisionsForm, proposals: list[Proposal]
) -> list[tuple[Proposal, str, str, bool]]:
    """Each decision to be checked: who, what, why, and whether it is an exception."""
    by_line = {p.enrolment.pk: p for p in proposals}
    return [
        (
            by_line[d.enrolment_id],
            str(Result(d.result).label),
            d.reason or by_line[d.enrolment_id].why,
            d.result != by_line[d.enrolment_id].result,
        )
        for d in form.decisions
    ]


@require_http_methods(["GET", "POST"])
@requires(Permission.COMPLETION_APPROVE)
def completion_void(request: SignedInRequest, pk: UUID) -> HttpResponse:
    # By her line in the edition: whoever runs it approved women of other regions too.
    lines = Enrolment.objects.visible_to(request.user).filter(completion=pk)
    line = get_object_or_404(lines.select_related("completion__person", "edition__course"))
    completion, edition = line.completion, line.edition
    ensure(request.user, Permission.COMPLETION_APPROVE, completion)
    form = VoidForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.void_completion(completion=completion, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            refusal.put_on(form)
        else:
            messages.success(request, _("Decisión anulada. Se puede decidir otra vez."))
            return redirect("edition-completion", edition.pk)
    return render(
        request,
        "trainings/completion_void.html",
        {
            "form": form,
            "edition": edition,
            "title": _("Anular la decisión"),
            "lead": f"{completion.person.full_name}: {completion.get_result_display().lower()}",
            "crumbs": crumbs_below(edition),
        },
    )


@require_safe
@requires(Permission.ROSTER_VIEW)
def completion_list(request: SignedInRequest) -> HttpResponse:
    context = {"listing": listing_page(request, COMPLETIONS), "crumbs": crumbs_of()[:1]}
    return render(request, "trainings/completion_list.html", context)

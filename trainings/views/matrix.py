"""The matrix of trainings, who lacks what behind each of its numbers, and calling them."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from members.access import Permission, scope_of
from members.forms.answers import REVIEW, SAVE, step_of
from members.models import Organisation, RegionalNetwork
from members.requests import SignedInRequest
from members.views.reviewing import kept_if
from network.base.access import can, ensure, requires
from network.base.errors import Refused
from trainings.actions.gaps import invite_gaps, undo_invitation
from trainings.courses import version_in_use
from trainings.coverage import EXPIRING_DAYS, count_coverage
from trainings.forms.matrix import InvitationForm, MatrixForm
from trainings.gaps import gaps_of, open_editions, state_given_by
from trainings.matrix import NARROWED, headings, matrix_of, reach_in_words, roles_asked, sheet_of
from trainings.models import Enrolment, Requirement
from trainings.models.courses import Holder


@require_GET
@requires(Permission.TRAINING_VIEW)
def matrix(request: SignedInRequest) -> HttpResponse:
    """Organisation × requirement on a day, as the address asks for it."""
    networks = RegionalNetwork.objects.visible_to(request.user).order_by("name_key")
    organisations = Organisation.objects.within(scope_of(request.user, Permission.TRAINING_VIEW))
    form = MatrixForm(request.GET, networks=networks, organisations=organisations)
    form.is_valid()
    today, order = timezone.localdate(), form.cleaned_data.get("orden", "")
    role, network = form.cleaned_data.get("rol", ""), form.cleaned_data.get("red")
    day = form.cleaned_data.get("al") or today
    found = matrix_of(
        request.user,
        day,
        role=role,
        network=network,
        only=form.only,
        requirement=form.cleaned_data.get("requisito"),
    )
    asked = {"rol": role, "red": network.pk if network else ""}
    asked |= {name: request.GET.get(name, "") for name in ("al", *NARROWED)}
    return render(
        request,
        "trainings/matrix.html",
        {
            "matrix": found,
            "sheet": sheet_of(found, request.GET, order),
            "headings": headings(found, order, request.GET),
            "form": form,
            "day": day,
            "is_today": day == today,
            "reach": network or reach_in_words(request.user),
            "narrowed": [(words, _without(request, name)) for name, words in form.narrowed],
            "role": role,
            "roles": roles_asked(day),
            "role_name": Holder(role).label if role else "",
            "export_url": _export_url(request, asked),
            "expiring_days": EXPIRING_DAYS,
        },
    )


def _without(request: SignedInRequest, name: str) -> str:
    query = request.GET.copy()
    del query[name]
    return f"?{query.urlencode()}"


def _export_url(request: SignedInRequest, asked: dict[str, Any]) -> str:
    """Of a file with the numbers of the page; empty for whoever may take none."""
    if not can(request.user, Permission.EXPORT):
        return ""
    query = urlencode({key: value for key, value in asked.items() if value})
    return f"{reverse('export', args=['matrix'])}?{query}"


# --- Behind a number -----------------------------------------------------------------------------
def _gap(
    request: SignedInRequest, requirement: UUID, organisation: UUID, permission: str
) -> tuple[Requirement, Organisation]:
    reach = Organisation.objects.within(scope_of(request.user, permission))
    rows = Requirement.objects.visible_to(request.user).in_force().select_related("course")
    return (
        get_object_or_404(rows, pk=requirement),
        get_object_or_404(reach, pk=organisation),
    )


def _page(
    request: SignedInRequest,
    requirement: Requirement,
    organisation: Organisation,
    form: InvitationForm | None = None,
) -> HttpResponse:
    today = timezone.localdate()
    gaps = gaps_of(requirement, organisation, today, request.user)
    may_call = can(request.user, Permission.ENROL, organisation)
    editions = open_editions(requirement.course, today).select_related(
        "version__course", "zone", "district"
    )
    counted = count_coverage([requirement], today, [organisation.pk])
    count = counted.totals[requirement.pk]
    chosen = {"edition": request.GET.get("edicion")}
    form = form or InvitationForm(None, gaps=gaps, editions=editions, initial=chosen)
    ticked = (
        form.ticked if form.is_bound else {gap.person.pk for gap in gaps if gap.called_to is None}
    )
    unseen = count.missing + count.expiring - len(gaps)
    return render(
        request,
        "trainings/matrix_gap.html",
        {
            "requirement": requirement,
            "organisation": organisation,
            "gaps": [(gap, gap.person.pk in ticked) for gap in gaps],
            "is_all_ticked": len(ticked) == len(gaps),
            "count": count,
            "unseen": max(unseen, 0),
            "form": form,
            "editions": editions,
            "may_call": may_call,
            "new_edition_url": _new_edition_url(requirement, organisation),
            "crumbs": [(_("Formación"), reverse("matrix"))],
        },
    )


def _new_edition_url(requirement: Requirement, organisation: Organisation) -> str:
    """Of the course as it is taught today; it leads back to these women."""
    version = version_in_use(requirement.course, timezone.localdate())
    asked = {"requisito": requirement.pk, "organizacion": organisation.pk}
    query = urlencode(asked | ({"version": version.pk} if version else {}))
    return f"{reverse('edition-add')}?{query}"


@require_GET
@requires(Permission.ROSTER_VIEW)
def matrix_gap(request: SignedInRequest, requirement: UUID, organisation: UUID) -> HttpResponse:
    return _page(request, *_gap(request, requirement, organisation, Permission.ROSTER_VIEW))


@require_POST
@requires(Permission.ENROL)
def matrix_invite(request: SignedInRequest, requirement: UUID, organisation: UUID) -> HttpResponse:
    """Whom to call to which edition: checked first, then done; it can be undone for a day."""
    asked, body = _gap(request, requirement, organisation, Permission.ENROL)
    ensure(request.user, Permission.ENROL, body)
    today = timezone.localdate()
    gaps = gaps_of(asked, body, today, request.user)
    editions = open_editions(asked.course, today).select_related(
        "version__course", "zone", "district"
    )
    form = InvitationForm(request.POST, gaps=gaps, editions=editions)
    if step_of(request) not in {REVIEW, SAVE} or not form.is_valid():
        return _page(request, asked, body, form)
    edition, chosen = form.cleaned_data["edition"], form.cleaned_data["persona"]
    try:
        with kept_if(step_of(request) == SAVE):
            done = invite_gaps(edition=edition, course=asked.course, gaps=chosen, by=request.user)
    except Refused as refusal:
        refusal.put_on(form)
        return _page(request, asked, body, form)
    if step_of(request) == REVIEW:
        return _review(request, form, asked, body)
    added = len(done.added)
    sentence = ngettext(
        "%(count)s mujer está ahora en la lista de %(edition)s.",
        "%(count)s mujeres están ahora en la lista de %(edition)s.",
        added,
    ) % {"count": added, "edition": edition}
    undo = reverse("invitation-undo", args=[done.added[0].pk]) if added else ""
    if done.already:
        sentence += " " + _("Ya estaban: %(names)s.") % {
            "names": ", ".join(person.full_name for person in done.already)
        }
    messages.success(request, sentence, extra_tags=undo)
    return redirect("matrix-gap", asked.pk, body.pk)


def _review(
    request: SignedInRequest, form: InvitationForm, asked: Requirement, body: Organisation
) -> HttpResponse:
    edition, chosen = form.cleaned_data["edition"], form.cleaned_data["persona"]
    state = state_given_by(edition, request.user)
    return render(
        request,
        "trainings/matrix_invite.html",
        {
            "form": form,
            "requirement": asked,
            "organisation": body,
            "edition": edition,
            "chosen": chosen,
            "is_proposed": state == Enrolment.State.PROPOSED,
            "crumbs": [
                (_("Formación"), reverse("matrix")),
                (body.called, reverse("matrix-gap", args=[asked.pk, body.pk])),
            ],
        },
    )


@require_POST
@requires(Permission.ENROL)
def invitation_undo(request: SignedInRequest, pk: UUID) -> HttpResponse:
    rows = Enrolment.objects.within(scope_of(request.user, Permission.ENROL))
    first = get_object_or_404(rows.filter(enrolled_by=request.user), pk=pk)
    try:
        count = undo_invitation(first=first, by=request.user)
    except Refused as refusal:
        messages.warning(request, refusal.message)
    else:
        sentence = ngettext(
            "%(count)s mujer salió otra vez de la lista.",
            "%(count)s mujeres salieron otra vez de la lista.",
            count,
        )
        messages.success(request, sentence % {"count": count})
    return redirect("matrix")

"""Pages of what happened to a record: its history, putting a change back, the trash."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.access import Permission, scope_of
from members.actions import people as actions
from members.actions.history import revert_change
from members.models import Membership, Organisation, Person
from members.people import changes_of, trashed_visible_to
from members.requests import SignedInRequest
from members.trails import REVERTIBLE
from members.views.people import crumbs, person_in_reach
from network.base.access import can, requires
from network.base.accesslog import Action, record_access
from network.base.errors import Refused
from network.base.historylog import StoredChange, find_change


@require_safe
@requires(Permission.HISTORY_VIEW)
def person_history(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """All that was recorded about her. Who reads traces but not people sees no value and no name;
    opening it then leaves a trace."""
    rows = Person.objects.within(scope_of(request.user, Permission.HISTORY_VIEW))
    person = get_object_or_404(rows, pk=pk)
    sees_her = can(request.user, Permission.PERSON_VIEW, person)
    if not sees_her:
        record_access(
            by=request.user,
            action=Action.VIEW,
            subject=Person._meta.label_lower,
            subject_id=person.pk,
            field="history",
        )
    can_revert = can(request.user, Permission.HISTORY_REVERT, person)
    context = {
        "name": person.full_name if sees_her else _("Ficha reservada"),
        "entries": changes_of(person, request.user),
        "revert_url": reverse("person-revert", args=[pk]) if can_revert else "",
        "crumbs": crumbs(person) if sees_her else [],
    }
    return render(request, "members/person_history.html", context)


@require_POST
@requires(Permission.HISTORY_REVERT)
def person_revert(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Put one change back: of her own row, or of a phone or a membership of hers."""
    person = person_in_reach(request, pk, Permission.HISTORY_REVERT)
    change = find_change(request.POST.get("key", ""), REVERTIBLE)
    if change is None or not _is_hers(request, person, change):
        messages.warning(request, _("Ese cambio no es de esta ficha."))
        return redirect("person-history", pk)
    try:
        revert_change(change=change, by=request.user)
    except Refused as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(
            request, _("«%(field)s» volvió a su valor anterior.") % {"field": change.label}
        )
    return redirect("person-history", pk)


def _is_hers(request: SignedInRequest, person: Person, change: StoredChange) -> bool:
    """Of her record or of a row that hangs from it: whose the row is stays, and her membership
    elsewhere is for who works there."""
    if change.model is Person:
        return bool(change.row_id == person.pk)
    rows = change.model._base_manager.filter(pk=change.row_id, person=person)
    if change.model is Membership:
        scope = scope_of(request.user, Permission.HISTORY_REVERT)
        rows = rows.filter(organisation__in=Organisation.objects.within(scope))
    return "person_id" not in change.before and rows.exists()


# --- Trash --------------------------------------------------------------------------------------
@require_POST
@requires(Permission.PERSON_TRASH)
def person_trash(request: SignedInRequest, pk: UUID) -> HttpResponse:
    person = person_in_reach(request, pk, Permission.PERSON_TRASH)
    try:
        actions.trash_person(person=person, by=request.user)
    except Refused as refusal:
        messages.warning(request, refusal.message)
        return redirect("person-detail", pk)
    sentence = _("%(name)s está en la papelera. Se puede recuperar durante 30 días.")
    messages.success(
        request,
        sentence % {"name": person.full_name},
        extra_tags=reverse("person-restore", args=[pk]),
    )
    return redirect("person-list")


@require_safe
@requires(Permission.PERSON_TRASH)
def person_trashed(request: SignedInRequest) -> HttpResponse:
    people = trashed_visible_to(request.user).order_by("-trashed_at")
    context = {"people": people, "days": actions.TIME_IN_TRASH.days, "crumbs": crumbs()}
    return render(request, "members/person_trashed.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PERSON_TRASH)
def person_restore(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Bring her back. When her document is on another record by now, the page asks."""
    person = get_object_or_404(trashed_visible_to(request.user), pk=pk)
    problem = ""
    if request.method == "POST":
        without_document = "sin_documento" in request.POST
        try:
            actions.restore_person(
                person=person, by=request.user, without_document=without_document
            )
        except Refused as refusal:
            problem = refusal.message
            person.refresh_from_db()
        else:
            messages.success(
                request, _("%(name)s volvió al registro.") % {"name": person.full_name}
            )
            return redirect("person-detail", pk)
    context = {"person": person, "problem": problem, "crumbs": crumbs()}
    return render(request, "members/person_restore.html", context)

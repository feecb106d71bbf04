"""Pages of rosters: who is in, proposing, changing states, the waiting list, needs, walk-ins."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.access import Permission, scope_of
from members.models import Membership, Person, User
from members.requests import SignedInRequest
from members.search import find_people
from network.base.access import can, ensure, requires
from network.base.errors import Refused
from network.base.listing import listing_page
from network.base.text import fold
from trainings.access import may_mark
from trainings.actions import rosters as actions
from trainings.actions.walk_ins import join_walk_in, separate_walk_in
from trainings.editions import crumbs_below, crumbs_of, edition_head, heading_of
from trainings.exports.rosters import ROSTER
from trainings.forms.rosters import (
    ChangeForm,
    EnrolForm,
    NeedsForm,
    PromoteForm,
    nobody_ticked,
)
from trainings.models import Edition, Enrolment, Needs, Session, WalkInJoin
from trainings.rosters import Balance, candidates, next_states, runs, waiting_groups
from trainings.views.editions import calendar_answer, edition_form, edition_in_reach

State = Enrolment.State
PILLS = {
    State.PROPOSED: "none",
    State.INVITED: "ours",
    State.CONFIRMED: "done",
    State.WAITING: "current",
    State.DECLINED: "none",
    State.WITHDREW: "late",
}
MOST_CANDIDATES = 200
MOST_FOUND = 20


# --- The roster ---------------------------------------------------------------------------------
@dataclass(frozen=True)
class Line:
    """A line of the roster as ui/table.html draws it."""

    key: UUID
    url: str
    cells: list[tuple[str, Any]]
    enrolment: Enrolment
    pill: str
    needs: str
    is_ticked: bool
    is_out_of_audience: bool = False  # who walked in, or was enrolled before it was for women


@require_safe
@requires(Permission.ROSTER_VIEW)
def edition_roster(request: SignedInRequest, pk: UUID) -> HttpResponse:
    edition = edition_in_reach(request, pk)
    return _roster_page(request, edition)


def _roster_page(
    request: SignedInRequest,
    edition: Edition,
    *,
    change: ChangeForm | None = None,
    promotion: PromoteForm | None = None,
    ticked: Iterable[str] = (),
) -> HttpResponse:
    is_running = runs(request.user, edition)
    rows = Enrolment.objects.visible_to(request.user).on_roster().filter(edition=edition)
    wanted = request.GET.get("estado", "")
    shown = rows.filter(state=wanted) if wanted in State.values else rows
    balance = Balance.of(edition)
    context = edition_head(request, edition) | {
        "lines": _lines(request, edition, shown, set(ticked)),
        "unnamed_count": rows.count() - rows.named().count(),
        "states": _states(rows, wanted),
        "balance": balance,
        "shares": balance.shares(),
        "groups": _groups(request, edition, balance) if is_running else [],
        "runs": is_running,
        "may_enrol": can(request.user, Permission.ENROL) and _is_going(edition),
        "may_name": may_mark(request.user, edition),
        "change": change or ChangeForm(runs=is_running),
        "promotion": promotion or PromoteForm(),
        "ticked": set(ticked),
        "is_going": _is_going(edition),
    }
    return render(request, "trainings/edition_roster.html", context)


def _is_going(edition: Edition) -> bool:
    return not (edition.closed_on or edition.cancelled_on)


def _lines(request: SignedInRequest, edition: Edition, rows: Any, ticked: set[str]) -> list[Line]:
    found = list(
        rows.named()
        .select_related("person__needs", "organisation")
        .order_by("person__name_key", "walk_in_key", "pk")
    )
    for line in found:
        line.edition = edition
    people = [line.person_id for line in found if line.person_id]
    seen = set(
        Person.objects.visible_to(request.user).filter(pk__in=people).values_list("pk", flat=True)
    )
    return [
        Line(
            key=line.pk,
            url=reverse("person-detail", args=[line.person_id]) if line.person_id in seen else "",
            cells=[],
            enrolment=line,
            pill=PILLS[State(line.state)],
            needs=needs_in_words(getattr(line.person, "needs", None)) if line.person else "",
            is_ticked=str(line.pk) in ticked,
            is_out_of_audience=line.person is not None and not edition.is_for(line.person),
        )
        for line in found
    ]


def needs_in_words(needs: Needs | None) -> str:
    """What she needs, short; "" when nothing, or when nobody asked."""
    if needs is None:
        return ""
    parts = []
    if needs.children_count:
        told = ngettext("%(count)s niño", "%(count)s niños", needs.children_count)
        parts.append(told % {"count": needs.children_count})
    if needs.needs_transport:
        place = needs.transport_from
        parts.append(_("movilidad desde %(place)s") % {"place": place} if place else _("movilidad"))
    parts += [part for part in (needs.diet, needs.needs_interpreter, needs.access_note) if part]
    return " · ".join(parts)


def _states(rows: Any, wanted: str) -> list[dict[str, Any]]:
    counted = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    links = [{"label": _("Todas"), "url": "?", "is_current": not wanted, "count": rows.count()}]
    links += [
        {
            "label": state.label,
            "url": f"?estado={state.value}",
            "is_current": wanted == state.value,
            "count": counted[state.value],
        }
        for state in State
        if counted.get(state.value)
    ]
    return links


def _groups(request: SignedInRequest, edition: Edition, balance: Balance) -> list[Any]:
    """Who waits, group by group; of who may not be named, only that she is there."""
    named = set(
        Enrolment.objects.visible_to(request.user)
        .named()
        .filter(edition=edition, state=State.WAITING)
        .values_list("pk", flat=True)
    )
    return [
        (group, [(line, line.pk in named) for line in group.lines])
        for group in waiting_groups(edition, balance)
    ]


@require_POST
@requires(Permission.ENROL)
def roster_change(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Take the ticked lines to another state: all, or none."""
    edition = edition_in_reach(request, pk)
    form = ChangeForm(request.POST, runs=runs(request.user, edition))
    ticked = request.POST.getlist("elegidas")
    lines = _ticked(request, edition, ticked)
    if form.is_valid():
        state, reason = form.cleaned_data["state"], form.cleaned_data["reason"]
        try:
            if not lines:
                raise Refused(nobody_ticked())
            _refuse_not_hers(request.user, lines, state)
            actions.change_states(enrolments=lines, state=state, by=request.user, reason=reason)
        except Refused as refusal:
            refusal.put_on(form)
        else:
            messages.success(request, actions.bulk_in_words(len(lines), state))
            return redirect("edition-roster", edition.pk)
    return _roster_page(request, edition, change=form, ticked=ticked)


def _ticked(request: SignedInRequest, edition: Edition, ticked: list[str]) -> list[Enrolment]:
    rows = Enrolment.objects.visible_to(request.user).on_roster().named().filter(edition=edition)
    try:
        found = list(rows.filter(pk__in=ticked).select_related("person"))
    except ValidationError:
        return []
    for line in found:
        line.edition = edition
    return found


def _refuse_not_hers(user: User, lines: list[Enrolment], state: str) -> None:
    """Whoever does not run the edition only answers, for women of her own reach."""
    for line in lines:
        ensure(user, Permission.ENROL, line)
        if runs(user, line.edition):
            continue
        if line.state != state and state not in next_states(line, user):
            told = {"name": line.listed_name, "before": line.get_state_display()}
            raise Refused(_("%(name)s está «%(before)s»: eso lo cambia quien organiza.") % told)


@require_POST
@requires(Permission.ENROL)
def edition_promote(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Give free seats to the ticked women of the waiting list."""
    edition = edition_in_reach(request, pk, Permission.ENROL)
    form = PromoteForm(request.POST)
    ticked = request.POST.getlist("pasan")
    lines = _ticked(request, edition, ticked)
    if form.is_valid():
        try:
            if not lines:
                raise Refused(nobody_ticked())
            actions.promote(enrolments=lines, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            refusal.put_on(form)
        else:
            messages.success(request, actions.bulk_in_words(len(lines), State.INVITED))
            return redirect("edition-roster", edition.pk)
    return _roster_page(request, edition, promotion=form, ticked=ticked)


@require_safe
@requires(Permission.ROSTER_VIEW)
def roster_list(request: SignedInRequest) -> HttpResponse:
    context = {"listing": listing_page(request, ROSTER), "crumbs": crumbs_of()[:1]}
    return render(request, "trainings/roster_list.html", context)


# --- Proposing and inviting ---------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ENROL)
def edition_enrol(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Women in her reach, to be ticked. Who runs the edition invites; others propose."""
    edition = edition_in_reach(request, pk)
    is_running = runs(request.user, edition)
    form = EnrolForm(request.POST or None, runs=is_running)
    ticked = request.POST.getlist("elegidas")
    if request.method == "POST" and form.is_valid():
        try:
            done = _enrol(request, edition, form, ticked, is_running=is_running)
        except Refused as refusal:
            refusal.put_on(form)
        else:
            _tell_enrolled(request, done)
            return redirect("edition-roster", edition.pk)
    context = _candidates(request, edition, ticked) | {
        "form": form,
        "runs": is_running,
        "title": _("Invitar") if is_running else _("Proponer"),
        "lead": heading_of(edition),
        "crumbs": crumbs_below(edition),
        "edition": edition,
        "shares": Balance.of(edition).shares(),
    }
    return render(request, "trainings/edition_enrol.html", context)


def _candidates(request: SignedInRequest, edition: Edition, ticked: list[str]) -> dict[str, Any]:
    text = request.GET.get("q", "").strip()[:100]
    people = candidates(request.user, edition)
    found = find_people(people, text, request.user) if text else None
    shown = found.rows if found else people
    rows = list(shown.order_by("name_key", "pk")[: MOST_CANDIDATES + 1])
    return {
        "text": text,
        "note": found.note if found else "",
        "people": _with_organisations(request.user, rows[:MOST_CANDIDATES]),
        "is_cut": len(rows) > MOST_CANDIDATES,
        "ticked": set(ticked),
    }


def _with_organisations(user: User, people: list[Person]) -> list[tuple[Person, str]]:
    """Each with her organisations of today that this reader may see."""
    scope = scope_of(user, Permission.ORGANISATION_VIEW)
    names: dict[UUID, list[str]] = {person.pk: [] for person in people}
    memberships = Membership.objects.current().filter(person__in=people)
    for one in memberships.select_related("organisation").order_by("organisation__name_key"):
        if scope.everything or one.organisation_id in scope.organisation_ids:
            names[one.person_id].append(one.organisation.called)
    return [(person, ", ".join(names[person.pk])) for person in people]


def _enrol(
    request: SignedInRequest,
    edition: Edition,
    form: EnrolForm,
    ticked: list[str],
    *,
    is_running: bool,
) -> actions.Enrolled:
    try:
        rows = Person.objects.within(scope_of(request.user, Permission.ENROL))
        people = list(rows.filter(pk__in=ticked).order_by("name_key", "pk"))
    except ValidationError:
        people = []
    if not people:
        raise Refused(nobody_ticked())
    origin = Enrolment.Origin.REGION if is_running else Enrolment.Origin.ORGANISATION
    return actions.enrol_people(
        edition=edition, people=people, origin=origin, by=request.user, **form.cleaned_data
    )


def _tell_enrolled(request: SignedInRequest, done: actions.Enrolled) -> None:
    entered = len(done.added) - len(done.waiting)
    if entered:
        told = ngettext("%(count)s entró a la lista.", "%(count)s entraron a la lista.", entered)
        messages.success(request, told % {"count": entered})
    if done.waiting:
        names = "; ".join(line.listed_name for line in done.waiting)
        messages.warning(request, _("En espera: %(names)s.") % {"names": names})
    if done.already:
        names = "; ".join(person.listed_name for person in done.already)
        messages.info(request, _("Ya estaban: %(names)s.") % {"names": names})


# --- Needs and logistics ------------------------------------------------------------------------
@require_safe
@requires(Permission.ROSTER_VIEW)
def edition_logistics(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """What has to be ready on the day: totals, then who needs what."""
    edition = edition_in_reach(request, pk)
    rows = Enrolment.objects.visible_to(request.user).holding().filter(edition=edition)
    needing = Q(person__needs__needs_transport=True)
    totals = rows.aggregate(
        women=Count("pk"),
        asked=Count("person__needs"),
        children=Sum("person__needs__children_count"),
        with_children=Count("pk", filter=Q(person__needs__children_count__gt=0)),
        transport=Count("pk", filter=needing),
        diets=Count("pk", filter=~Q(person__needs__diet="") & Q(person__needs__isnull=False)),
    )
    places = rows.filter(needing).order_by().values_list("person__needs__transport_from")
    listed = rows.named().select_related("person__needs", "organisation")
    query = f"edicion={edition.pk}"
    context = edition_head(request, edition) | {
        "totals": totals,
        "unasked": totals["women"] - totals["asked"],
        "places": sorted(
            (
                (place or _("No dijo desde dónde"), count)
                for place, count in places.annotate(n=Count("pk"))
            ),
            key=lambda pair: (-pair[1], pair[0]),
        ),
        "lines": [
            (line, line.person.needs if line.person and hasattr(line.person, "needs") else None)
            for line in listed.order_by("person__name_key", "walk_in_key", "pk")
        ],
        "export_url": f"{reverse('export', args=['logistics'])}?{query}"
        if can(request.user, Permission.EXPORT)
        else "",
    }
    return render(request, "trainings/edition_logistics.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ENROL)
def enrolment_needs(request: SignedInRequest, pk: UUID) -> HttpResponse:
    line = _line(request, pk, Permission.ENROL)
    if line.person is None:
        return redirect("walk-in-join", line.pk)
    needs = Needs.objects.filter(person=line.person).first()
    form = NeedsForm.of(needs, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.record_needs(person=line.person, facts=form.facts, by=request.user)
        except Refused as refusal:
            refusal.put_on(form)
        else:
            messages.success(request, _("Anotado. Vale para todas sus ediciones."))
            return redirect("edition-roster", line.edition_id)
    title = _("Qué necesita para venir")
    return edition_form(request, line.edition, form, title, lead=line.person.full_name)


def _line(request: SignedInRequest, pk: UUID, permission: str) -> Enrolment:
    """A line she may see, or 404; then what she may do to it, or 403."""
    rows = (
        Enrolment.objects.visible_to(request.user)
        .named()
        .select_related(
            "person",
            "organisation",
            "edition__version__course",
            "edition__zone",
            "edition__district",
            "edition__regional_network",
        )
    )
    line = get_object_or_404(rows, pk=pk)
    if permission == Permission.ATTENDANCE_MARK:
        if not may_mark(request.user, line.edition):
            raise PermissionDenied
    else:
        ensure(request.user, permission, line)
    return line


# --- Walk-ins -----------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ATTENDANCE_MARK)
def walk_in_join(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Who is she? Names that are written or sound alike, or a new record."""
    line = _line(request, pk, Permission.ATTENDANCE_MARK)
    problem = ""
    if request.method == "POST" and (person := _chosen(request)):
        try:
            join_walk_in(enrolment=line, person=person, by=request.user)
        except Refused as refusal:
            problem = refusal.message
        else:
            messages.success(request, _("Anotado: es %(name)s.") % {"name": person.full_name})
            return redirect("edition-roster", line.edition_id)
    elif request.method == "POST":
        problem = _("Elige quién es.")
    text = request.GET.get("q", "").strip()[:100]
    found = find_people(
        Person.objects.visible_to(request.user), text or _words_of(line), request.user
    )
    people = list(found.rows.order_by("name_key", "pk")[: MOST_FOUND + 1])
    in_roster = line.edition.enrolments.on_roster().filter(person__in=people)
    here = set(in_roster.values_list("person", flat=True))
    context = {
        "line": line,
        "problem": problem,
        "text": text,
        "note": found.note,
        "people": [
            (person, names, person.pk in here)
            for person, names in _with_organisations(request.user, people[:MOST_FOUND])
        ],
        "is_cut": len(people) > MOST_FOUND,
        "join": line.joins.filter(undone_at=None).select_related("person").first(),
        "register_url": reverse("person-register")
        if can(request.user, Permission.PERSON_REGISTER)
        else "",
        "name_parts": _name_parts(line.walk_in_name),
        "crumbs": crumbs_below(line.edition),
    }
    return render(request, "trainings/walk_in_join.html", context)


def _words_of(line: Enrolment) -> str:
    """Her name as it was said, without what a search would take for a number."""
    return " ".join(word for word in fold(line.walk_in_name).split() if word.isalpha())


def _name_parts(name: str) -> list[tuple[str, str]]:
    """A first guess at names and surnames, to be checked where she is registered."""
    surnames, comma, given = name.partition(",")
    words = surnames.split()
    if not comma:
        count = max(len(words) - 2, 1)
        given, words = " ".join(words[:count]), words[count:]
    return [
        ("given_names", given.strip()),
        ("paternal_surname", " ".join(words[:1])),
        ("maternal_surname", " ".join(words[1:])),
    ]


def _chosen(request: SignedInRequest) -> Person | None:
    try:
        return Person.objects.visible_to(request.user).get(pk=request.POST.get("persona", ""))
    except (Person.DoesNotExist, ValidationError):
        return None


@require_POST
@requires(Permission.ATTENDANCE_MARK)
def walk_in_separate(request: SignedInRequest, pk: UUID) -> HttpResponse:
    line = _line(request, pk, Permission.ATTENDANCE_MARK)
    join = WalkInJoin.objects.filter(enrolment=line, undone_at=None).first()
    if join:
        try:
            separate_walk_in(join=join, by=request.user)
        except Refused as refusal:
            messages.warning(request, refusal.message)
        else:
            messages.success(request, _("Separadas: cada línea tiene otra vez sus marcas."))
    return redirect("edition-roster", line.edition_id)


# --- Her calendar -------------------------------------------------------------------------------
@require_safe
@requires(Permission.ROSTER_VIEW)
def person_calendar(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The sessions of the editions she is in or teaches, cancelled ones too."""
    person = get_object_or_404(Person.objects.visible_to(request.user), pk=pk)
    ensure(request.user, Permission.ROSTER_VIEW, person)
    lines = Enrolment.objects.visible_to(request.user).holding().filter(person=person)
    concern = Q(edition__in=lines.values("edition")) | Q(trainer=person)
    concern |= Q(trainer=None, edition__in=person.taught.values("edition"))
    sessions = Session.objects.filter(concern).select_related(
        "edition__version__course", "edition__zone", "edition__district"
    )
    return calendar_answer(sessions.in_order(), _("Formación"), "formacion")

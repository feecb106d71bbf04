"""Pages of boards: who holds which post on a day, and every change of it."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from members.access import Permission
from members.actions.boards import (
    HandOverPlan,
    SeatChange,
    Term,
    assign_post,
    end_term,
    hand_over,
    plan_hand_over,
    undo_hand_over,
)
from members.boards import (
    Body,
    board_on,
    coming_offices,
    days_left_in_words,
    eligible_people,
    ending_terms,
    names_of,
    owner,
    past_offices,
    presidents_without_access,
    term_in_words,
    vacancies_of,
    with_vacancies,
)
from members.forms.answers import REVIEW, SAVE, EvidenceForm, step_of
from members.forms.boards import (
    AssignForm,
    BoardDayForm,
    HandOverForm,
    TermEndForm,
    TermForm,
    offered_names,
)
from members.models import HandOver, Office, Organisation, Person, RegionalNetwork
from members.models.boards import UNDO_TIME
from members.requests import SignedInRequest
from members.views.reviewing import kept_if, review_page
from network.base.access import can, ensure, requires
from network.base.dates import day_and_hour
from network.base.errors import Refused

HORIZONS = (30, 60, 90)
MOST_VACANT = 100
MOST_ENDING = 200
MOST_PAST = 60
RANK = {post.value: number for number, post in enumerate(Office.Post)}


def _body(request: SignedInRequest, organisation: UUID | None, network: str | None) -> Body:
    """The organisation or the regional network that an address of a board speaks of."""
    if organisation:
        return get_object_or_404(Organisation.objects.visible_to(request.user), pk=organisation)
    return get_object_or_404(RegionalNetwork.objects.visible_to(request.user), code=network)


def _editable(request: SignedInRequest, organisation: UUID | None, network: str | None) -> Body:
    body = _body(request, organisation, network)
    ensure(request.user, Permission.BOARD_EDIT, body)
    return body


def _keys(body: Body) -> dict[str, Any]:
    """What addresses of this body's board take."""
    return {"organisation": body.pk} if isinstance(body, Organisation) else {"network": body.code}


def _crumbs(body: Body, *, with_board: bool = True) -> list[tuple[str, str]]:
    if isinstance(body, Organisation):
        crumbs = [
            (_("Organizaciones"), reverse("organisation-list")),
            (body.called, reverse("organisation-detail", args=[body.pk])),
        ]
    else:
        crumbs = [
            (_("Redes regionales"), reverse("network-list")),
            (body.name, reverse("network-detail", args=[body.code])),
        ]
    board = [(_("Junta directiva"), reverse("board", kwargs=_keys(body)))]
    return crumbs + board if with_board else crumbs


@require_GET
@requires(Permission.ORGANISATION_VIEW)
def board(
    request: SignedInRequest, organisation: UUID | None = None, network: str | None = None
) -> HttpResponse:
    body, today = _body(request, organisation, network), timezone.localdate()
    form = BoardDayForm(request.GET or None)
    day = (form.cleaned_data["al"] if form.is_valid() else None) or today
    coming = list(coming_offices(body, today))
    past = list(past_offices(body, today)[:MOST_PAST])
    names = names_of([*coming, *past], request.user)
    return render(
        request,
        "members/board_detail.html",
        {
            "body": body,
            "crumbs": _crumbs(body, with_board=False),
            "form": form if form.is_bound else BoardDayForm(initial={"al": today}),
            "heading": _("Junta al %(day)s") % {"day": date_format(day, "d/m/Y")},
            "seats": [(seat, seat.warning(today)) for seat in board_on(body, day, request.user)],
            "coming": [(o, names.get(o.person_id), term_in_words(o)) for o in coming],
            "past": [(o, names.get(o.person_id), term_in_words(o)) for o in past],
            "without_access": _without_access(request, body),
            "can_edit": can(request.user, Permission.BOARD_EDIT, body),
            "undoable": _undoable(body),
            "assign_url": reverse("board-assign", kwargs=_keys(body)),
            "relay_url": reverse("board-hand-over", kwargs=_keys(body)),
        },
    )


def _without_access(request: SignedInRequest, body: Body) -> list[tuple[Office, Any]]:
    if not isinstance(body, Organisation):
        return []
    offices = list(
        presidents_without_access(request.user, timezone.localdate()).filter(organisation=body)
    )
    return _named(request, offices)


def _named(request: SignedInRequest, offices: list[Office]) -> list[tuple[Office, Any]]:
    names = names_of(offices, request.user)
    return [(office, names.get(office.person_id)) for office in offices]


def _undoable(body: Body) -> list[tuple[str, str]]:
    """Changes of the last 24 hours, in words, with the address that undoes each."""
    since = timezone.now() - UNDO_TIME
    changes = HandOver.objects.filter(**owner(body), undone_at=None, done_at__gt=since)
    return [
        (
            _("Junta cambiada el %(at)s, desde el %(first)s. Se puede deshacer por un día.")
            % {"at": day_and_hour(c.done_at), "first": date_format(c.first_day, "d/m/Y")},
            reverse("hand-over-undo", args=[c.pk]),
        )
        for c in changes.order_by("-done_at")
    ]


def _form_context(body: Body, title: str) -> dict[str, Any]:
    return {
        "body": body,
        "crumbs": _crumbs(body),
        "title": title,
        "board_url": reverse("board", kwargs=_keys(body)),
    }


def _done(request: SignedInRequest, change: HandOver, sentence: str) -> HttpResponse:
    """The board's page offers to undo for a day: the message need not."""
    messages.success(request, sentence)
    return redirect("board", **_keys(change.body))


def _minutes(request: SignedInRequest) -> EvidenceForm:
    label = _("Acta de la asamblea")
    if step_of(request) == SAVE:
        return EvidenceForm(request.POST, request.FILES, label=label)
    return EvidenceForm(label=label)


def _term(form: TermForm, evidence: EvidenceForm) -> Term:
    return replace(form.term(), upload=evidence.cleaned_data["evidence"])


@require_http_methods(["GET", "POST"])
@requires(Permission.BOARD_EDIT)
def board_assign(
    request: SignedInRequest, organisation: UUID | None = None, network: str | None = None
) -> HttpResponse:
    body = _editable(request, organisation, network)
    people = eligible_people(body, request.user)
    form = AssignForm(
        request.POST or None, people=people, initial={"post": request.GET.get("cargo", "")}
    )
    context = _form_context(body, _("Dar un cargo"))
    evidence = _minutes(request)
    if step_of(request) in {REVIEW, SAVE} and form.is_valid():
        is_kept = step_of(request) == SAVE and evidence.is_valid()
        try:
            with kept_if(is_kept):
                change = assign_post(
                    body=body,
                    post=form.cleaned_data["post"],
                    person=form.cleaned_data["person"],
                    term=_term(form, evidence) if is_kept else form.term(),
                    by=request.user,
                )
        except Refused as refusal:
            refusal.put_on(form)
        else:
            if is_kept:
                return _done(request, change, _("Cargo anotado."))
            save = _("Guardar el cargo")
            return review_page(request, form, save=save, evidence=evidence, **context)
    context |= {"form": form, "names": offered_names(people)}
    return render(request, "members/board_assign.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.BOARD_EDIT)
def board_hand_over(
    request: SignedInRequest, organisation: UUID | None = None, network: str | None = None
) -> HttpResponse:
    body = _editable(request, organisation, network)
    only = request.GET.get("cargo", "")
    if only and only not in Office.Post.values:
        raise Http404
    people = eligible_people(body, request.user)
    form = HandOverForm(
        request.POST or None,
        people=people,
        seats=board_on(body, timezone.localdate(), request.user),
        only=only,
    )
    context = _form_context(body, _("Relevo de la junta"))
    evidence = _minutes(request)
    if step_of(request) in {REVIEW, SAVE} and form.is_valid():
        is_kept = step_of(request) == SAVE and evidence.is_valid()
        try:
            with kept_if(is_kept):
                change = hand_over(
                    body=body,
                    incoming=form.incoming(),
                    term=_term(form, evidence) if is_kept else form.term(),
                    by=request.user,
                )
        except Refused as refusal:
            refusal.put_on(form)
        else:
            if is_kept:
                return _done(request, change, _("Relevo anotado."))
            return _review_hand_over(request, body, form, evidence, context)
    context |= {"form": form, "names": offered_names(people)}
    return render(request, "members/board_hand_over.html", context)


def _review_hand_over(
    request: SignedInRequest,
    body: Body,
    form: HandOverForm,
    evidence: EvidenceForm,
    context: dict[str, Any],
) -> HttpResponse:
    plan = plan_hand_over(body=body, incoming=form.incoming(), term=form.term())
    seen = names_of([c.outgoing for c in plan.changes if c.outgoing], request.user)
    return review_page(
        request,
        form,
        save=_("Hacer el relevo"),
        effects=[line for change in plan.changes for line in _effects(plan, change, set(seen))],
        without=form.left_as_they_are(),
        evidence=evidence,
        **context,
    )


def _effects(plan: HandOverPlan, change: SeatChange, seen: set[UUID]) -> list[str]:
    """What the change of one post does, in sentences."""
    words = {
        "post": change.post.label,
        "incoming": change.incoming,
        "first": date_format(plan.term.first_day, "d/m/Y"),
        "last": date_format(plan.last_day_of_outgoing, "d/m/Y"),
        "body": plan.body,
    }
    outgoing = change.outgoing
    if outgoing:
        is_seen = outgoing.person_id in seen
        words["outgoing"] = outgoing.person if is_seen else _("quien tiene el cargo")
        lines = [
            _("%(post)s: sale %(outgoing)s, último día %(last)s; entra %(incoming)s el %(first)s.")
        ]
    else:
        lines = [_("%(post)s: estaba vacante; entra %(incoming)s el %(first)s.")]
    if change.outgoing_loses:
        lines.append(_("%(outgoing)s deja de trabajar en el portal por %(body)s ese día."))
    if change.needs_account:
        lines.append(_("%(incoming)s no tiene cuenta: después habrá que darle acceso."))
    elif change.gains_access:
        lines.append(_("%(incoming)s podrá trabajar en el portal por %(body)s desde ese día."))
    return [line % words for line in lines]


@require_http_methods(["GET", "POST"])
@requires(Permission.BOARD_EDIT)
def office_end(request: SignedInRequest, pk: UUID) -> HttpResponse:
    office = get_object_or_404(
        Office.objects.visible_to(request.user).select_related("organisation", "regional_network"),
        pk=pk,
    )
    ensure(request.user, Permission.BOARD_EDIT, office)
    form = TermEndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            change = end_term(office=office, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            refusal.put_on(form)
        else:
            return _done(request, change, _("Término anotado."))
    return render(
        request,
        "members/office_end.html",
        {
            "form": form,
            "office": office,
            "term": term_in_words(office),
            "holder": names_of([office], request.user).get(office.person_id),
            **_form_context(office.body, _("Terminar un cargo")),
        },
    )


@require_POST
@requires(Permission.BOARD_EDIT)
def hand_over_undo(request: SignedInRequest, pk: UUID) -> HttpResponse:
    visible = Q(organisation__in=Organisation.objects.visible_to(request.user)) | Q(
        regional_network__in=RegionalNetwork.objects.visible_to(request.user)
    )
    change = get_object_or_404(
        HandOver.objects.filter(visible).select_related("organisation", "regional_network"), pk=pk
    )
    ensure(request.user, Permission.BOARD_EDIT, change.body)
    try:
        undo_hand_over(hand_over=change, by=request.user)
    except Refused as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(request, _("La junta quedó como estaba antes."))
    return redirect("board", **_keys(change.body))


def _by_board(offices: list[tuple[Office, Person | None]], today: date) -> list[dict[str, Any]]:
    """Terms of one board that end on one day are one thing to do."""
    turns = []
    for (ends_on, body), group in groupby(
        offices, key=lambda pair: (pair[0].ends_on, pair[0].body)
    ):
        ending = sorted(group, key=lambda pair: RANK[pair[0].post])
        count = len(ending)
        told = [f"{o.get_post_display()} {p.full_name if p else ''}".strip() for o, p in ending]
        turns.append(
            {
                "title": ngettext(
                    "Renovar %(count)s cargo de %(body)s",
                    "Renovar %(count)s cargos de %(body)s",
                    count,
                )
                % {"count": count, "body": body},
                "posts": " · ".join(told),
                "ends_on": ends_on,
                "due": days_left_in_words((ends_on - today).days),
                "url": reverse("board", kwargs=_keys(body)),
            }
        )
    return turns


@require_GET
@requires(Permission.ORGANISATION_VIEW)
def board_list(request: SignedInRequest) -> HttpResponse:
    """What boards in reach need: terms that end, vacant posts, presidents without login."""
    today = timezone.localdate()
    wanted = request.GET.get("plazo", "")
    days = int(wanted) if wanted.isdigit() and int(wanted) in HORIZONS else HORIZONS[-1]
    last = today + timedelta(days=days)
    ending = list(ending_terms(request.user, today, last)[:MOST_ENDING])
    vacant = with_vacancies(request.user, today).order_by("name_key")
    shown = list(vacant[:MOST_VACANT])
    posts = vacancies_of(shown, today)
    lacking_access = presidents_without_access(request.user, today)
    return render(
        request,
        "members/board_list.html",
        {
            "tabs": [
                {
                    "label": _("En %(days)s días") % {"days": number},
                    "url": f"?plazo={number}",
                    "is_current": number == days,
                }
                for number in HORIZONS
            ],
            "ending": _by_board(_named(request, ending), today),
            "vacant": [(organisation, posts[organisation.pk]) for organisation in shown],
            "vacant_count": len(shown) if len(shown) < MOST_VACANT else vacant.count(),
            "without_access": _named(request, list(lacking_access[:MOST_VACANT])),
        },
    )

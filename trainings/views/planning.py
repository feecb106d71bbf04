"""Pages of planned sessions: add one or several, correct, move, cancel."""

from decimal import Decimal
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from members.access import Permission
from members.requests import SignedInRequest
from network.base.access import ensure, requires
from network.base.errors import Refused
from trainings.actions import planning as actions
from trainings.actions.editions import session_in_words
from trainings.editions import hours_in_words
from trainings.forms.editions import ReasonForm
from trainings.forms.planning import (
    SessionEditForm,
    SessionForm,
    SessionMoveForm,
    SessionsForm,
)
from trainings.models import Edition, Session
from trainings.views.editions import edition_form, edition_in_reach, to_edition


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDITION_EDIT)
def session_add(request: SignedInRequest, pk: UUID) -> HttpResponse:
    edition = edition_in_reach(request, pk, Permission.EDITION_EDIT)
    form = SessionForm(request.POST or None, edition=edition)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_session(
                id=form.cleaned_data["id"], edition=edition, facts=form.first(), by=request.user
            )
        except Refused as refusal:
            refusal.put_on(form)
        else:
            messages.success(request, _("Sesión agregada."))
            return to_edition(edition)
    return edition_form(request, edition, form, _("Agregar una sesión"))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDITION_EDIT)
def session_add_many(request: SignedInRequest, pk: UUID) -> HttpResponse:
    edition = edition_in_reach(request, pk, Permission.EDITION_EDIT)
    form = SessionsForm(request.POST or None, edition=edition)
    if request.method == "POST" and form.is_valid():
        try:
            added = actions.add_sessions(
                id=form.cleaned_data["id"], edition=edition, facts=form.all(), by=request.user
            )
        except Refused as refusal:
            refusal.put_on(form)
        else:
            told = ngettext(
                "%(count)s sesión agregada.", "%(count)s sesiones agregadas.", len(added)
            )
            messages.success(request, told % {"count": len(added)})
            return to_edition(edition)
    return edition_form(request, edition, form, _("Agregar varias sesiones"))


def _session(request: SignedInRequest, pk: UUID) -> Session:
    rows = Session.objects.visible_to(request.user).select_related(
        "edition__version__course", "edition__zone", "edition__district", "trainer"
    )
    session = get_object_or_404(rows, pk=pk)
    ensure(request.user, Permission.EDITION_EDIT, session)
    return session


def _page(
    request: SignedInRequest, session: Session, form: forms.Form, title: str, **context: object
) -> HttpResponse:
    lead = _("Sesión del %(session)s") % {"session": session_in_words(session)}
    return edition_form(request, session.edition, form, title, lead=lead, **context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDITION_EDIT)
def session_edit(request: SignedInRequest, pk: UUID) -> HttpResponse:
    session = _session(request, pk)
    form = SessionEditForm(request.POST or None, session=session)
    if request.method == "POST" and form.is_valid():
        try:
            actions.correct_session(session=session, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            refusal.put_on(form)
        else:
            messages.success(request, _("Cambios guardados."))
            return to_edition(session.edition)
    return _page(request, session, form, _("Corregir la sesión"))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDITION_EDIT)
def session_move(request: SignedInRequest, pk: UUID) -> HttpResponse:
    session = _session(request, pk)
    marks = actions.marks_made(session)
    form = SessionMoveForm(request.POST or None, session=session, marks=marks)
    if request.method == "POST" and form.is_valid():
        try:
            actions.move_session(session=session, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            refusal.put_on(form)
        else:
            messages.success(request, _("Sesión movida."))
            return to_edition(session.edition)
    effects = []
    if session.closed_at:
        effects.append(_("Esa sesión ya se dio y se cerró: no se mueve."))
    elif marks:
        effects.append(
            ngettext(
                "Ya tiene %(count)s marca: di qué se hace con ella.",
                "Ya tiene %(count)s marcas: di qué se hace con ellas.",
                marks,
            )
            % {"count": marks}
        )
    return _page(request, session, form, _("Mover la sesión"), save=_("Mover"), effects=effects)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.EDITION_EDIT)
def session_cancel(request: SignedInRequest, pk: UUID) -> HttpResponse:
    session = _session(request, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.cancel_session(session=session, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            refusal.put_on(form)
        else:
            messages.success(request, _("Sesión cancelada."))
            return to_edition(session.edition)
    return _page(
        request,
        session,
        form,
        _("Cancelar la sesión"),
        save=_("Cancelar la sesión"),
        effects=_effects_of_cancelling(session),
    )


def _effects_of_cancelling(session: Session) -> list[str]:
    edition: Edition = session.edition
    standing = list(edition.sessions.standing())
    before = sum((one.planned_hours for one in standing), Decimal(0))
    after = sum((one.planned_hours for one in standing if one.pk != session.pk), Decimal(0))
    share = Decimal(edition.version.minimum_share) / 100
    effects = [
        _("Las horas previstas bajan de %(before)s a %(after)s.")
        % {"before": hours_in_words(before), "after": hours_in_words(after)},
        _("Para completar harán falta %(after)s en vez de %(before)s.")
        % {"before": hours_in_words(before * share), "after": hours_in_words(after * share)},
    ]
    if marks := actions.marks_made(session):
        effects.append(
            ngettext(
                "Su %(count)s marca queda anotada y deja de contar.",
                "Sus %(count)s marcas quedan anotadas y dejan de contar.",
                marks,
            )
            % {"count": marks}
        )
    return effects

"""Verbs of boards: give a post, end a term, hand over posts and logins in one step, and undo it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from members.actions.accounts import was_ended_since
from members.boards import POSTS_WITH_ACCESS, Body, owner, role_of, term_in_words
from members.models import (
    HandOver,
    Membership,
    Office,
    Organisation,
    Person,
    Role,
    RoleAssignment,
    User,
)
from members.models.boards import UNDO_TIME
from network.base.accesslog import Action, record_access
from network.base.errors import Refused, refusing_broken_rules
from network.documents.actions import store_upload
from network.documents.models import Document

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Term:
    """When a post is held: elected, first day, last day if it is known, and the minutes of it."""

    first_day: date
    last_day: date | None = None
    elected_on: date | None = None
    evidence: Document | None = None
    upload: UploadedFile | None = None


@dataclass(frozen=True)
class SeatChange:
    """One post that passes: from whom, to whom, and what happens to their logins."""

    post: Office.Post
    outgoing: Office | None
    incoming: Person
    incoming_account: User | None
    gains_access: bool
    outgoing_loses: tuple[RoleAssignment, ...] = ()

    @property
    def needs_account(self) -> bool:
        """She takes a post that works in the portal, and has no account to do it with."""
        return self.gains_access and self.incoming_account is None


@dataclass(frozen=True)
class HandOverPlan:
    """What a hand-over would change: shown before, and done as shown."""

    body: Body
    term: Term
    changes: list[SeatChange] = field(default_factory=list)

    @property
    def last_day_of_outgoing(self) -> date:
        return self.term.first_day - ONE_DAY


def plan_hand_over(*, body: Body, incoming: Mapping[str, Person], term: Term) -> HandOverPlan:
    """Say what passing these posts on `term.first_day` changes. Writes nothing.

    Access moves with the board: who leaves it loses the login for the body; who takes her post, or
    the presidency of an organisation, gets it. A regional role is only ever passed on.
    """
    if not incoming:
        raise Refused(_("Escribe quién entra en al menos un cargo."))
    last_day = term.first_day - ONE_DAY
    outgoing = {
        o.post: o
        for o in Office.objects.filter(**owner(body)).on(last_day).select_related("person")
    }
    staying = _stay_on(body, term.first_day, incoming, outgoing)
    access = _access_by_person(body, term.first_day)
    accounts = {
        u.person_id: u for u in User.objects.filter(person__in=incoming.values(), is_active=True)
    }
    changes = []
    for post in Office.Post:
        if post not in incoming:
            continue
        leaving, coming = outgoing.get(post), incoming[post]
        leaves_board = leaving is not None and leaving.person_id not in staying
        passed_on = access.get(leaving.person_id, []) if leaving and leaves_board else []
        carries = _carries_access(body, post)
        changes.append(
            SeatChange(
                post=post,
                outgoing=leaving,
                incoming=coming,
                incoming_account=accounts.get(coming.pk),
                gains_access=(carries or bool(passed_on)) and coming.pk not in access,
                outgoing_loses=tuple(passed_on),
            )
        )
    return HandOverPlan(body, term, changes)


def _carries_access(body: Body, post: str) -> bool:
    return post in POSTS_WITH_ACCESS and isinstance(body, Organisation)


def _stay_on(
    body: Body, day: date, incoming: Mapping[str, Person], outgoing: Mapping[str, Office]
) -> set[UUID]:
    """Who holds some post of the board once the change is done."""
    kept = Office.objects.filter(**owner(body)).on(day).exclude(post__in=incoming)
    return {p.pk for p in incoming.values()} | set(kept.values_list("person_id", flat=True))


def _access_by_person(body: Body, day: date) -> dict[UUID, list[RoleAssignment]]:
    """Roles over the body that still count on a day or after, by the person of the account."""
    roles = RoleAssignment.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=day),
        role=role_of(body),
        user__person__isnull=False,
        **owner(body),
    ).select_related("user")
    found: dict[UUID, list[RoleAssignment]] = {}
    for role in roles:
        if person_id := role.user.person_id:
            found.setdefault(person_id, []).append(role)
    return found


@transaction.atomic
def hand_over(*, body: Body, incoming: Mapping[str, Person], term: Term, by: User) -> HandOver:
    """Pass posts on in one step: old terms end the day before, new ones begin, logins move.

    Done on the dates alone, so a day still to come needs no job. Of two at once, the second is
    refused. It can be undone for 24 hours.
    """
    _lock(body)
    term = _with_minutes(body, term, by)
    plan = plan_hand_over(body=body, incoming=incoming, term=term)
    act = _Act(body, term.first_day, by)
    for change in plan.changes:
        if change.outgoing:
            act.end_office(change.outgoing, _("Relevo de junta"))
    for change in plan.changes:
        act.begin_office(change.post, change.incoming, term)
        act.end_access(change.outgoing_loses)
        if change.gains_access and change.incoming_account:
            act.give_access(change.incoming_account, change.post, term)
    return act.written()


@transaction.atomic
def assign_post(*, body: Body, post: str, person: Person, term: Term, by: User) -> HandOver:
    """Give a vacant post for a term. Refused, naming her, while someone holds it. It can be undone
    for 24 hours."""
    _lock(body)
    term = _with_minutes(body, term, by)
    act = _Act(body, term.first_day, by)
    act.begin_office(Office.Post(post), person, term)
    account = User.objects.filter(person=person, is_active=True).first()
    has_access = person.pk in _access_by_person(body, term.first_day)
    if _carries_access(body, post) and account and not has_access:
        act.give_access(account, Office.Post(post), term)
    return act.written()


@transaction.atomic
def end_term(*, office: Office, last_day: date, reason: str, by: User) -> HandOver:
    """Write down the last day of a term. Who is left without post loses the login with it. It can
    be undone for 24 hours."""
    body, day_after = office.body, last_day + ONE_DAY
    _lock(body)
    act = _Act(body, day_after, by)
    act.end_office(office, reason)
    remains = Office.objects.filter(**owner(body), person=office.person_id).filter(
        Q(ends_on=None) | Q(ends_on__gte=day_after)
    )
    if not remains.exists():
        act.end_access(_access_by_person(body, day_after).get(office.person_id, []))
    return act.written()


@dataclass
class _Act:
    """One change of a board in the making, and the list of the rows it touched."""

    body: Body
    first_day: date
    by: User
    moved: dict[str, list[Any]] = field(
        default_factory=lambda: {
            "ended": [],
            "begun": [],
            "roles_ended": [],
            "roles_removed": [],
            "roles_begun": [],
        }
    )

    @property
    def last_day(self) -> date:
        return self.first_day - ONE_DAY

    def end_office(self, office: Office, reason: str) -> None:
        if office.starts_on and self.last_day < office.starts_on:
            raise Refused(
                _("El término no puede ser antes del inicio: %(term)s.")
                % {"term": f"{office.get_post_display()}, {term_in_words(office)}"},
                field="first_day",
            )
        self.moved["ended"].append([str(office.pk), _iso(office.ends_on), office.end_reason])
        office.ends_on, office.end_reason = self.last_day, reason
        office.save(update_fields=["ends_on", "end_reason"])

    def begin_office(self, post: Office.Post, person: Person, term: Term) -> None:
        _refuse_outsider(self.body, person, post, term.first_day)
        office = Office(
            **owner(self.body),
            post=post,
            person=person,
            starts_on=term.first_day,
            ends_on=term.last_day,
            elected_on=term.elected_on,
            evidence=term.evidence,
        )
        try:
            with refusing_broken_rules(Office, field=post):
                office.save(force_insert=True)
        except Refused as refusal:
            holder = _holder(office, self.by)
            raise Refused(holder or refusal.message, field=refusal.field) from refusal
        self.moved["begun"].append([str(office.pk), _iso(office.ends_on)])

    def end_access(self, roles: Iterable[RoleAssignment]) -> None:
        for role in roles:
            if role.starts_on > self.last_day:
                self.moved["roles_removed"].append(_kept(role))
                role.delete()
            else:
                self.moved["roles_ended"].append([str(role.pk), _iso(role.ends_on)])
                role.ends_on = self.last_day
                role.save(update_fields=["ends_on"])
            self._log(role.user, _("Junta: termina su acceso"))

    def give_access(self, account: User, post: Office.Post, term: Term) -> None:
        role = RoleAssignment.objects.create(
            user=account,
            role=role_of(self.body),
            **owner(self.body),
            starts_on=term.first_day,
            ends_on=term.last_day,
            reason=_("Cargo en la junta: %(post)s") % {"post": post.label},
            granted_by=self.by,
        )
        self.moved["roles_begun"].append(str(role.pk))
        self._log(account, _("Junta: empieza su acceso"))

    def _log(self, account: User, purpose: str) -> None:
        record_access(
            by=self.by,
            action=Action.ACCOUNT,
            subject=User._meta.label_lower,
            subject_id=account.pk,
            field=role_of(self.body),
            filters={"body": str(self.body.pk)},
            purpose=purpose,
        )

    def written(self) -> HandOver:
        return HandOver.objects.create(
            **owner(self.body), first_day=self.first_day, moved=self.moved, done_by=self.by
        )


@transaction.atomic
def undo_hand_over(*, hand_over: HandOver, by: User) -> None:
    """Put posts and logins back as they were, if it is less than a day old and nobody touched the
    posts since. A login that someone ended by hand meanwhile stays ended."""
    _lock(hand_over.body)
    hand_over = HandOver.objects.select_for_update(of=("self",)).get(pk=hand_over.pk)
    if hand_over.undone_at or timezone.now() - hand_over.done_at > UNDO_TIME:
        raise Refused(_("Este cambio ya no se puede deshacer: pasaron 24 horas o ya se deshizo."))
    moved, last_day = hand_over.moved, hand_over.first_day - ONE_DAY
    if not _is_untouched(moved, _iso(last_day)):
        raise Refused(_("Alguien cambió esta junta después. Corrige los cargos a mano."))
    Office.objects.filter(pk__in=[pk for pk, _ends_on in moved["begun"]]).delete()
    RoleAssignment.objects.filter(pk__in=moved["roles_begun"]).delete()
    with refusing_broken_rules(Office):
        for pk, ends_on, end_reason in moved["ended"]:
            Office.objects.filter(pk=pk).update(ends_on=ends_on, end_reason=end_reason)
    for pk, ends_on in moved["roles_ended"]:
        role = RoleAssignment.objects.filter(pk=pk, ends_on=last_day).first()
        if role and not was_ended_since(role, hand_over.done_at):
            role.ends_on = ends_on
            role.save(update_fields=["ends_on"])
    for kept in moved["roles_removed"]:
        role = RoleAssignment(**kept)
        if not was_ended_since(role, hand_over.done_at) and not _holds_already(role):
            role.save(force_insert=True)
    hand_over.undone_at, hand_over.undone_by = timezone.now(), by
    hand_over.save(update_fields=["undone_at", "undone_by"])


def _holds_already(role: RoleAssignment) -> bool:
    same = RoleAssignment.objects.filter(
        user=role.user_id,
        role=role.role,
        organisation=role.organisation_id,
        regional_network=role.regional_network_id,
    )
    return same.in_force().exists()


def _is_untouched(moved: dict[str, list[Any]], last_day: str | None) -> bool:
    """Does every post still end as this act left it?"""
    left = dict(moved["begun"]) | {row[0]: last_day for row in moved["ended"]}
    now = Office.objects.filter(pk__in=left).values_list("pk", "ends_on")
    return left == {str(pk): _iso(ends_on) for pk, ends_on in now}


def _with_minutes(body: Body, term: Term, by: User) -> Term:
    """The term, with the minutes of the assembly kept as a document of the body."""
    if term.upload is None:
        return term
    minutes = store_upload(
        upload=term.upload,
        kind=Document.Kind.MINUTES,
        by=by,
        title=_("Acta de la junta"),
        subject=body._meta.label_lower,
        subject_id=str(body.pk),
    )
    return replace(term, evidence=minutes, upload=None)


def _lock(body: Body) -> None:
    """One change of a board at a time; the second waits and then sees what the first did."""
    type(body).objects.select_for_update(of=("self",)).get(pk=body.pk)


def _refuse_outsider(body: Body, person: Person, post: Office.Post, day: date) -> None:
    memberships = Membership.objects.on(day).filter(person=person)
    if isinstance(body, Organisation):
        belongs = memberships.filter(organisation=body)
    else:
        organisations = Organisation.objects.in_regional_network(body.pk, day)
        belongs = memberships.filter(organisation__in=organisations)
    if not belongs.exists():
        raise Refused(
            _("%(person)s no es socia de %(body)s el %(day)s. Anota antes su membresía.")
            % {"person": person, "body": body, "day": date_format(day, "d/m/Y")},
            field=post,
        )


def _holder(office: Office, by: User) -> str:
    """Who holds the post already, and until when, in words; empty when nobody does."""
    held = Office.objects.filter(**owner(office.body), post=office.post).filter(
        Q(ends_on=None) | Q(ends_on__gte=office.starts_on)
    )
    if office.ends_on:
        held = held.filter(starts_on__lte=office.ends_on)
    other = held.select_related("person").order_by("starts_on").first()
    if other is None:
        return ""
    is_known = Person.objects.visible_to(by).filter(pk=other.person_id).exists()
    return _("%(person)s tiene el cargo de %(post)s: %(term)s.") % {
        "person": other.person if is_known else _("Otra persona"),
        "post": other.get_post_display(),
        "term": term_in_words(other),
    }


def _kept(role: RoleAssignment) -> dict[str, Any]:
    """A row as plain values, to write it again."""
    return {
        "id": str(role.pk),
        "user_id": str(role.user_id),
        "role": Role(role.role).value,
        "organisation_id": _text(role.organisation_id),
        "regional_network_id": _text(role.regional_network_id),
        "starts_on": role.starts_on.isoformat(),
        "ends_on": _iso(role.ends_on),
        "reason": role.reason,
        "granted_by_id": _text(role.granted_by_id),
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _text(pk: UUID | None) -> str | None:
    return str(pk) if pk else None

"""Questions about a roster: how many seats are left and for whom, who waits, whose turn it is."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.access import Permission, Scope, scope_of
from members.models import Affiliation, Membership, Organisation, Person, User
from network.base.access import can
from trainings.models import Edition, Enrolment, Quota
from trainings.querysets import HOLDING

State = Enrolment.State
# What counts against the seats an organisation or a region may propose women for.
IN_QUOTA = (State.PROPOSED, *HOLDING)
# Whoever does not run the edition answers for her own women, and no more.
ANSWERS = {
    State.PROPOSED: {State.DECLINED},
    State.INVITED: {State.CONFIRMED, State.DECLINED, State.WITHDREW},
    State.CONFIRMED: {State.WITHDREW, State.DECLINED},
    State.WAITING: {State.WITHDREW, State.DECLINED},
}


def runs(user: User, edition: Edition) -> bool:
    """May she invite to it, and give its seats? Others only propose and answer."""
    return can(user, Permission.ENROL, edition)


def next_states(enrolment: Enrolment, user: User) -> set[Enrolment.State]:
    """Where this person may take a line from where it is."""
    state = State(enrolment.state)
    return Enrolment.NEXT[state] if runs(user, enrolment.edition) else ANSWERS.get(state, set())


def current_enrolment(enrolment: Enrolment) -> Enrolment:
    """The line in which this one is counted today: itself, unless it was recognised in another.

    A mark sent late by a phone, for a line that was joined meanwhile, belongs there.
    """
    while enrolment.joined_into is not None:
        enrolment = enrolment.joined_into
    return enrolment


def organisations_of(
    people: Iterable[Person], scope: Scope, on: date
) -> dict[UUID, Organisation | None]:
    """Where each came from on a day: of several memberships, one in reach; then the oldest."""
    found: dict[UUID, Organisation | None] = {person.pk: None for person in people}
    memberships = Membership.objects.on(on).filter(person__in=list(found))
    reached: set[UUID] = set()
    for one in memberships.select_related("organisation").order_by("starts_on", "pk"):
        is_reached = scope.everything or one.organisation_id in scope.organisation_ids
        if found[one.person_id] is None or (is_reached and one.person_id not in reached):
            found[one.person_id] = one.organisation
        if is_reached:
            reached.add(one.person_id)
    return found


# --- Seats and quotas ---------------------------------------------------------------------------
@dataclass(frozen=True)
class Share:
    """What an organisation or a region may take of an edition, and what it took."""

    name: str
    seats: int
    used: int

    @property
    def left(self) -> int:
        return max(self.seats - self.used, 0)

    @property
    def words(self) -> str:
        return _("%(name)s usa %(used)s de %(seats)s cupos") % vars(self)


@dataclass
class Balance:
    """The seats of an edition and who has them, read once and then counted on."""

    seats: int | None
    taken: int
    quotas: list[Quota]
    networks: Mapping[UUID, UUID]  # of each organisation with a regional network today
    by_organisation: dict[UUID | None, int] = field(default_factory=lambda: defaultdict(int))

    @classmethod
    def of(cls, edition: Edition) -> "Balance":
        lines = edition.enrolments.on_roster().filter(state__in=IN_QUOTA)
        affiliations = Affiliation.objects.on(timezone.localdate()).exclude(regional_network=None)
        balance = cls(
            edition.seats,
            0,
            list(edition.quotas.select_related("organisation", "regional_network")),
            dict(affiliations.values_list("organisation", "regional_network")),
        )
        for organisation, state in lines.values_list("organisation", "state"):
            balance.by_organisation[organisation] += 1
            balance.taken += state in HOLDING
        return balance

    @property
    def free(self) -> int | None:
        return None if self.seats is None else max(self.seats - self.taken, 0)

    @property
    def taken_in_words(self) -> str:
        if self.seats is None:
            return str(self.taken)
        return _("%(taken)s de %(seats)s") % {"taken": self.taken, "seats": self.seats}

    def shares(self) -> list[Share]:
        return [self._share(quota) for quota in self.quotas]

    def _share(self, quota: Quota) -> Share:
        if quota.organisation is not None:
            used = self.by_organisation.get(quota.organisation_id, 0)
            return Share(quota.organisation.called, quota.seats, used)
        assert quota.regional_network is not None  # noqa: S101  # the database says: one of both
        network = quota.regional_network
        used = sum(
            count
            for organisation, count in self.by_organisation.items()
            if organisation and self.networks.get(organisation) == network.pk
        )
        return Share(network.name, quota.seats, used)

    def binding(self, organisation: Organisation | None) -> list[Share]:
        """The shares that count for who comes from it: its own, and its region's."""
        if organisation is None:
            return []
        network = self.networks.get(organisation.pk)
        return [
            self._share(quota)
            for quota in self.quotas
            if quota.organisation_id == organisation.pk
            or (network and quota.regional_network_id == network)
        ]

    def lacks(self, organisation: Organisation | None, count: int, *, holding: int) -> str:
        """Why `count` more of it do not fit, of whom `holding` would take a seat; "" when they do.

        An organisation without a quota, nor its region, is bound by the seats alone.
        """
        for share in self.binding(organisation):
            if count > share.left:
                return share.words
        if holding and self.free is not None and holding > self.free:
            return ngettext("queda %(free)s cupo", "quedan %(free)s cupos", self.free) % {
                "free": self.free
            }
        return ""

    def take(self, organisation: Organisation | None, count: int, *, holding: int) -> None:
        self.by_organisation[organisation.pk if organisation else None] += count
        self.taken += holding


# --- The waiting list ---------------------------------------------------------------------------
@dataclass(frozen=True)
class WaitingGroup:
    """Those of one organisation who wait: an association that sends four is offered together."""

    organisation: Organisation | None
    lines: list[Enrolment]
    lacks: str
    network_words: str
    is_next: bool

    @property
    def name(self) -> str:
        if self.organisation:
            return self.organisation.called
        return self.lines[0].walk_in_organisation or _("Sin organización")

    @property
    def words(self) -> str:
        """Why it is their turn or not."""
        count = {"count": len(self.lines)}
        if self.lacks:
            alone = _("No cabe: %(why)s.") % {"why": self.lacks}
            together = _("No caben juntas: son %(count)s y %(why)s.")
            return alone if len(self.lines) == 1 else together % {**count, "why": self.lacks}
        if self.is_next:
            return _("Es su turno: llegaron primero entre las que caben.")
        return ngettext(
            "Cabe, pero hay quien espera desde antes.",
            "Caben, pero hay quien espera desde antes.",
            len(self.lines),
        )


def waiting_groups(edition: Edition, balance: Balance | None = None) -> list[WaitingGroup]:
    """By who waited first. Reads nothing of who may see it: views filter the names."""
    balance = balance or Balance.of(edition)
    lines = edition.enrolments.on_roster().filter(state=State.WAITING)
    by_organisation: dict[Any, list[Enrolment]] = {}
    for line in lines.select_related("organisation", "person").order_by("state_changed_at", "pk"):
        by_organisation.setdefault(line.organisation_id or line.pk, []).append(line)
    groups = []
    is_next = True
    for group in by_organisation.values():
        organisation, count = group[0].organisation, len(group)
        lacks = balance.lacks(organisation, count, holding=count)
        shares = balance.binding(organisation)
        words = " · ".join(share.words for share in shares)
        groups.append(WaitingGroup(organisation, group, lacks, words, is_next and not lacks))
        is_next = is_next and bool(lacks)
    return groups


# --- Who may be proposed ------------------------------------------------------------------------
def candidates(user: User, edition: Edition) -> Any:
    """Women in her reach who are on no line of this edition yet."""
    people = Person.objects.within(scope_of(user, Permission.ENROL))
    on_roster = edition.enrolments.on_roster().filter(person__isnull=False)
    return people.exclude(pk__in=on_roster.values("person"))

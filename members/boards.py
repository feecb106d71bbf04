"""Questions about boards: who holds which post on a day, what is vacant, what ends soon."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from members.models import (
    Membership,
    Office,
    Organisation,
    Person,
    RegionalNetwork,
    Role,
    RoleAssignment,
)

Body = Organisation | RegionalNetwork

# Posts every board is expected to fill; one of them without holder is a vacancy.
EXPECTED_POSTS = (
    Office.Post.PRESIDENT,
    Office.Post.SECRETARY,
    Office.Post.TREASURER,
    Office.Post.COMPTROLLER,
)
# Whoever takes one of these works in the portal for her organisation.
POSTS_WITH_ACCESS = (Office.Post.PRESIDENT,)
ENDING_SOON = timedelta(days=90)


@dataclass(frozen=True)
class Seat:
    """One post of a board on a day. Without `office` it is vacant; a holder who may not be named
    by this reader (she withdrew, or is out of her reach) leaves `holder` empty."""

    post: Office.Post
    office: Office | None
    holder: Person | None

    @property
    def is_vacant(self) -> bool:
        return self.office is None

    @property
    def term(self) -> str:
        return term_in_words(self.office) if self.office else ""

    def warning(self, today: date) -> str:
        """That the term ends soon, in words; empty when it does not."""
        if self.office is None or self.office.ends_on is None:
            return ""
        left = self.office.ends_on - today
        return days_left_in_words(left.days) if timedelta(0) <= left <= ENDING_SOON else ""


def role_of(body: Body) -> str:
    """The role that working for this body in the portal takes."""
    is_organisation = isinstance(body, Organisation)
    return Role.ORGANISATION_LEADER if is_organisation else Role.REGIONAL_COORDINATOR


def owner(body: Body) -> dict[str, Body]:
    """How rows of offices, roles and hand-overs name their body."""
    key = "organisation" if isinstance(body, Organisation) else "regional_network"
    return {key: body}


def board_on(body: Body, day: date, user: Any) -> list[Seat]:
    """The board as it was, is or will be on a day: posts held or expected, in order of rank."""
    offices = {o.post: o for o in Office.objects.filter(**owner(body)).on(day)}
    names = names_of(offices.values(), user)
    return [
        Seat(post, office, names.get(office.person_id) if office else None)
        for post in Office.Post
        if (office := offices.get(post)) or post in EXPECTED_POSTS
    ]


def names_of(offices: Iterable[Office], user: Any) -> dict[UUID, Person]:
    """Holders this reader may name."""
    return Person.objects.visible_to(user).in_bulk({o.person_id for o in offices})


def coming_offices(body: Body, today: date) -> QuerySet[Office]:
    return Office.objects.filter(**owner(body), starts_on__gt=today).order_by("starts_on", "post")


def past_offices(body: Body, today: date) -> QuerySet[Office]:
    return Office.objects.filter(**owner(body), ends_on__lt=today).order_by("-ends_on", "post")


def eligible_people(body: Body, user: Any) -> QuerySet[Person]:
    """Who may be chosen for a post: people who belong, or ever did, to the body, among those the
    reader sees. That she belongs on the first day of the term is for the action to see."""
    memberships = Membership.objects.filter(person=OuterRef("pk"))
    if isinstance(body, Organisation):
        memberships = memberships.filter(organisation=body)
    else:
        memberships = memberships.filter(organisation__affiliations__regional_network=body)
    return Person.objects.visible_to(user).filter(Exists(memberships))


def ending_terms(user: Any, first: date, last: date) -> QuerySet[Office]:
    """Terms whose last day falls in a span, soonest first, unless the post is already passed on."""
    return (
        Office.objects.visible_to(user)
        .ending_between(first, last)
        .exclude(Exists(successor_of_office()))
        .select_related("organisation", "regional_network")
        .order_by("ends_on", "organisation__name_key", "regional_network__name_key", "id")
    )


def successor_of_office() -> QuerySet[Office]:
    """Of an office in an outer query: who is already named to follow in its post."""
    return Office.objects.filter(
        Q(organisation=OuterRef("organisation")) | Q(regional_network=OuterRef("regional_network")),
        post=OuterRef("post"),
        starts_on__gt=OuterRef("ends_on"),
    )


def with_vacancies(user: Any, day: date) -> QuerySet[Organisation]:
    """Affiliated organisations in reach whose board lacks an expected post on a day."""
    held = Office.objects.on(day).filter(organisation=OuterRef("pk"))
    lacking = Q()
    for post in EXPECTED_POSTS:
        lacking |= ~Q(Exists(held.filter(post=post)))
    return Organisation.objects.visible_to(user).affiliated(day).filter(lacking)


def vacancies_of(organisations: Iterable[Organisation], day: date) -> dict[UUID, list[Office.Post]]:
    """Expected posts without holder on a day, by organisation. One query."""
    organisations = list(organisations)
    held = set(
        Office.objects.on(day)
        .filter(organisation__in=organisations, post__in=EXPECTED_POSTS)
        .values_list("organisation_id", "post")
    )
    return {
        o.pk: [post for post in EXPECTED_POSTS if (o.pk, post) not in held] for o in organisations
    }


def president_terms(organisations: Iterable[Organisation], day: date) -> dict[UUID, Office]:
    """Who presides each organisation on a day. One query."""
    presidencies = Office.objects.on(day).filter(
        organisation__in=organisations, post=Office.Post.PRESIDENT
    )
    return {office.organisation_id: office for office in presidencies}


def presidents_without_access(user: Any, day: date) -> QuerySet[Office]:
    """Offices that carry access whose holder cannot work in the portal for her organisation."""
    access = RoleAssignment.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=day),
        role=Role.ORGANISATION_LEADER,
        organisation=OuterRef("organisation"),
        user__person=OuterRef("person"),
        user__is_active=True,
    )
    return (
        Office.objects.visible_to(user)
        .filter(post__in=POSTS_WITH_ACCESS, organisation__isnull=False)
        .filter(Q(ends_on=None) | Q(ends_on__gte=day))
        .exclude(Exists(access))
        .exclude(Exists(successor_of_office()))
        .select_related("organisation", "regional_network")
        .order_by("organisation__name_key", "id")
    )


def term_in_words(office: Office) -> str:
    since = date_format(office.starts_on, "d/m/Y") if office.starts_on else ""
    if office.ends_on is None:
        return _("desde el %(since)s, sin fecha de término") % {"since": since}
    return _("del %(since)s al %(until)s") % {
        "since": since,
        "until": date_format(office.ends_on, "d/m/Y"),
    }


def days_left_in_words(days: int) -> str:
    if days == 0:
        return _("Termina hoy")
    if days == 1:
        return _("Termina mañana")
    return _("Termina en %(days)s días") % {"days": days}

"""Verbs of belonging: a person begins, ends or changes the organisation she is a member of."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.models import Membership, Organisation, Person, User
from network.base.dates import PartialDate
from network.base.errors import Refused, refusing_broken_rules
from network.base.ids import new_id


@transaction.atomic
def start_membership(
    *,
    person: Person,
    organisation: Organisation,
    by: User,
    kind: str = Membership.Kind.MEMBER,
    since: PartialDate | None = None,
    until: date | None = None,
    source: str = "",
) -> Membership:
    """Write down that she belongs. Refused when she already does on any of those days."""
    membership = Membership(
        person=person,
        organisation=organisation,
        kind=kind,
        starts_on=since.date if since else None,
        starts_precision=since.precision if since else Membership.Precision.DAY,
        ends_on=until,
        source=source,
    )
    with refusing_broken_rules(Membership, field="since"):
        membership.save(force_insert=True)
    return membership


@transaction.atomic
def correct_membership(
    *,
    membership: Membership,
    kind: str,
    since: PartialDate | None,
    until: date | None,
    end_reason: str,
    by: User,
) -> Membership:
    """Mend what was written wrong about one belonging; the organisation stays."""
    membership.kind = kind
    membership.starts_on = since.date if since else None
    membership.starts_precision = since.precision if since else Membership.Precision.DAY
    membership.ends_on = until
    membership.end_reason = end_reason if until else ""
    with refusing_broken_rules(Membership, field="since"):
        membership.save()
    return membership


@transaction.atomic
def end_membership(
    *, membership: Membership, last_day: date, by: User, reason: str = ""
) -> Membership:
    """Write down the last day she belongs; her other organisations stay as they are."""
    membership.ends_on, membership.end_reason = last_day, reason
    with refusing_broken_rules(Membership, field="last_day"):
        membership.save(update_fields=["ends_on", "end_reason"])
    return membership


@transaction.atomic
def reopen_membership(*, membership: Membership, by: User) -> Membership:
    """Take the last day away: she still belongs."""
    membership.ends_on, membership.end_reason = None, ""
    with refusing_broken_rules(Membership):
        membership.save(update_fields=["ends_on", "end_reason"])
    return membership


@transaction.atomic
def move_memberships(
    *,
    people: Iterable[Person],
    source: Organisation,
    target: Organisation,
    first_day: date,
    by: User,
    reason: str = "",
) -> list[Membership]:
    """Everyone given leaves `source` the day before `first_day` and enters `target` on it.

    All or nobody. Who is in `target` already only leaves. Refused, with their names, for those who
    do not belong to `source` on the day before. Returns the memberships that ended.
    """
    if source == target:
        raise Refused(_("Elige otra organización: ya están en esa."), field="target")
    people = list(people)
    last_day = first_day - timedelta(days=1)
    ended = list(
        Membership.objects.on(last_day)
        .filter(person__in=people, organisation=source)
        .select_for_update(of=("self",))
        .select_related("person")
    )
    _refuse_strangers(people, ended, last_day)
    already_in = set(
        Membership.objects.on(first_day)
        .filter(person__in=people, organisation=target)
        .values_list("person_id", flat=True)
    )
    begun = [
        Membership(
            id=new_id(),
            person=m.person,
            organisation=target,
            kind=m.kind,
            starts_on=first_day,
            source=_("Pasó de %(organisation)s") % {"organisation": source.called},
        )
        for m in ended
        if m.person_id not in already_in
    ]
    with refusing_broken_rules(Membership, field="first_day"):
        Membership.objects.filter(pk__in=[m.pk for m in ended]).update(
            ends_on=last_day, end_reason=reason
        )
        Membership.objects.bulk_create(begun)
    return ended


def _refuse_strangers(people: list[Person], ended: list[Membership], day: date) -> None:
    inside = {m.person_id for m in ended}
    strangers = sorted(p.listed_name for p in people if p.pk not in inside)
    if strangers:
        raise Refused(
            ngettext(
                "%(names)s no era socia de esa organización el %(day)s.",
                "%(names)s no eran socias de esa organización el %(day)s.",
                len(strangers),
            )
            % {"names": "; ".join(strangers), "day": date_format(day, "d/m/Y")},
            field="people",
        )

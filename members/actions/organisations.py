"""Verbs about organisations and regional networks: register, correct, affiliate, take away."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import chain, count

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from members.models import (
    Affiliation,
    Organisation,
    OrganisationAlias,
    RegionalNetwork,
    User,
)
from network.base.dates import PartialDate, Precision
from network.base.errors import Refused, refusing_broken_rules
from network.base.fields import index_value, seal_value
from network.base.text import fold
from network.places.models import Department, District, MiningZone


@dataclass(frozen=True)
class OrganisationFacts:
    """What is known of an organisation. `contact_phone` is E.164, "" for none, None to leave the
    stored one as it is."""

    name: str
    kind: str
    short_name: str = ""
    ruc: str = ""
    formalisation: str = Organisation.Formalisation.UNKNOWN
    activities: tuple[str, ...] = ()
    founded: PartialDate | None = None
    district: District | None = None
    zone: MiningZone | None = None
    contact_name: str = ""
    contact_phone: str | None = None
    contact_email: str = ""
    aliases: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class NetworkFacts:
    name: str
    department: Department | None = None
    founded_on: date | None = None
    note: str = ""


@transaction.atomic
def register_organisation(
    *,
    facts: OrganisationFacts,
    regional_network: RegionalNetwork | None,
    since: PartialDate,
    by: User,
) -> Organisation:
    """Write a new organisation with its first affiliation: without regional network, the national.

    Refused when one with the same name, or the same other name, is on record.
    """
    _refuse_taken_names(facts, None)
    organisation = Organisation()
    _write_facts(organisation, facts)
    affiliate(organisation=organisation, regional_network=regional_network, since=since, by=by)
    return organisation


@transaction.atomic
def correct_organisation(
    *, organisation: Organisation, facts: OrganisationFacts, by: User
) -> Organisation:
    _refuse_taken_names(facts, organisation)
    _write_facts(organisation, facts)
    return organisation


def _refuse_taken_names(facts: OrganisationFacts, organisation: Organisation | None) -> None:
    """Two organisations of one name would be mixed up in every list that is imported."""
    others, aliases = Organisation.objects.all(), OrganisationAlias.objects.all()
    if organisation:
        others = others.exclude(pk=organisation.pk)
        aliases = aliases.exclude(organisation=organisation)
    for name in (facts.name, *facts.aliases):
        key = fold(name)
        if others.filter(search_key=key).exists() or aliases.filter(name_key=key).exists():
            raise Refused(
                _("Ya hay una organización llamada «%(name)s».") % {"name": name},
                field="name" if name == facts.name else "aliases",
            )


def _write_facts(organisation: Organisation, facts: OrganisationFacts) -> None:
    if facts.zone and facts.district and facts.zone.district_id != facts.district.pk:
        raise Refused(_("Esa zona minera está en otro distrito."), field="zone")
    for name in (
        "name",
        "kind",
        "short_name",
        "ruc",
        "formalisation",
        "district",
        "zone",
        "contact_name",
        "contact_email",
        "note",
    ):
        setattr(organisation, name, getattr(facts, name))
    organisation.activities = list(facts.activities)
    organisation.founded_on = facts.founded.date if facts.founded else None
    organisation.founded_precision = facts.founded.precision if facts.founded else Precision.DAY
    if facts.contact_phone is not None:
        _write_phone(organisation, facts.contact_phone)
    with refusing_broken_rules(Organisation, field="ruc"):
        organisation.save()
    _write_aliases(organisation, facts.aliases)


def _write_phone(organisation: Organisation, number: str) -> None:
    organisation.contact_phone_sealed = seal_value(organisation, "contact_phone_sealed", number)
    organisation.contact_phone_index = index_value(organisation, "contact_phone_index", number)
    organisation.contact_phone_tail = number[-3:]


def _write_aliases(organisation: Organisation, names: Iterable[str]) -> None:
    wanted = {fold(name): name for name in names if fold(name) != fold(organisation.name)}
    organisation.aliases.exclude(name_key__in=wanted).delete()
    kept = set(organisation.aliases.values_list("name_key", flat=True))
    OrganisationAlias.objects.bulk_create(
        OrganisationAlias(organisation=organisation, name=name)
        for key, name in wanted.items()
        if key not in kept
    )


@transaction.atomic
def affiliate(
    *,
    organisation: Organisation,
    regional_network: RegionalNetwork | None,
    since: PartialDate,
    by: User,
) -> Affiliation:
    """The organisation enters a network. One may be in two; never twice in one on the same day."""
    affiliation = Affiliation(
        organisation=organisation,
        regional_network=regional_network,
        starts_on=since.date,
        starts_precision=since.precision,
    )
    with refusing_broken_rules(Affiliation, field="since"):
        affiliation.save(force_insert=True)
    return affiliation


@transaction.atomic
def end_affiliation(
    *, affiliation: Affiliation, last_day: date, reason: str, by: User
) -> Affiliation:
    """The organisation leaves a network after a day; its women stay on record."""
    affiliation.ends_on, affiliation.end_reason = last_day, reason
    with refusing_broken_rules(Affiliation, field="last_day"):
        affiliation.save(update_fields=["ends_on", "end_reason"])
    return affiliation


@transaction.atomic
def reopen_affiliation(*, affiliation: Affiliation, by: User) -> Affiliation:
    """Take the last day away: it is still in the network."""
    affiliation.ends_on, affiliation.end_reason = None, ""
    with refusing_broken_rules(Affiliation):
        affiliation.save(update_fields=["ends_on", "end_reason"])
    return affiliation


@transaction.atomic
def trash_organisation(*, organisation: Organisation, by: User) -> Organisation:
    """Take away one registered by mistake. Refused when women or posts hang from it: such an
    organisation leaves its networks instead. Twice is once."""
    if organisation.memberships.exists() or organisation.offices.exists():
        raise Refused(
            _("Tiene socias o cargos anotados. Si ya no está en la red, termina su afiliación.")
        )
    if organisation.trashed_at is None:
        organisation.trashed_at = timezone.now()
        organisation.save(update_fields=["trashed_at"])
    return organisation


@transaction.atomic
def restore_organisation(*, organisation: Organisation, by: User) -> Organisation:
    organisation.trashed_at = None
    organisation.save(update_fields=["trashed_at"])
    return organisation


@transaction.atomic
def register_regional_network(*, facts: NetworkFacts, by: User) -> RegionalNetwork:
    return _write_network(RegionalNetwork(code=_code_of(facts.name)), facts)


@transaction.atomic
def correct_regional_network(
    *, regional_network: RegionalNetwork, facts: NetworkFacts, by: User
) -> RegionalNetwork:
    """Its code, which addresses and workbooks use, stays as it was."""
    return _write_network(regional_network, facts)


def _code_of(name: str) -> str:
    """`red-de-mujeres-de-puno`; with a number behind it when that is taken."""
    stem = slugify(name)[:26] or "red"
    taken = set(
        RegionalNetwork.objects.filter(code__startswith=stem).values_list("code", flat=True)
    )
    candidates = chain([stem], (f"{stem}-{number}" for number in count(2)))
    return next(code for code in candidates if code not in taken)


def _write_network(network: RegionalNetwork, facts: NetworkFacts) -> RegionalNetwork:
    for name in ("name", "department", "founded_on", "note"):
        setattr(network, name, getattr(facts, name))
    with refusing_broken_rules(RegionalNetwork, field="name"):
        network.save()
    return network

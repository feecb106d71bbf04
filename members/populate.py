"""A registry of any size by COPY, to measure and to try: the same seed gives the same people."""

from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import sha256
from random import Random
from typing import Any
from uuid import UUID

from django.utils import timezone

from members import synthetic
from members.models import (
    Affiliation,
    Consent,
    Membership,
    Organisation,
    Person,
    Phone,
    RegionalNetwork,
)
from network.base.copying import copy_rows
from network.base.crypto import blind_index, seal
from network.base.errors import Refused
from network.base.fields import index_of
from network.places.models import Department, District

PEOPLE_PER_ORGANISATION = 18
MOST_ORGANISATIONS = 2000
MOST_PEOPLE = 1_000_000
FIRST_MOMENT = 1_577_836_800_000  # 2020, in milliseconds
PURPOSES = (("registry", 0.97), ("whatsapp", 0.7), ("share_solidaridad", 0.85))


def identity(seed: int, kind: str, number: int) -> UUID:
    """The same at every run, and like those of a living registry: a millisecond after the last.

    The GiST index of memberships looks at the first bits only; were they all alike, it would be
    searched from end to end.
    """
    digest = int.from_bytes(sha256(f"{seed}:{kind}".encode()).digest()[:7], "big")
    return UUID(int=(FIRST_MOMENT + number) << 80 | 0x7 << 76 | 0x2 << 62 | digest)


def populate(*, people: int, seed: int) -> dict[str, int]:
    """Copy `people` invented people with organisations, phones, memberships and consents.

    At most a million, once per database: their document numbers are a series of that length.
    Refuses a database with real people. Must run inside a transaction.
    """
    if not 1 <= people <= MOST_PEOPLE:
        raise Refused(f"Elige entre 1 y {MOST_PEOPLE:,} personas.")
    if Person.objects.filter(is_demo=False).exists():
        raise Refused("Hay personas reales en esta base: no se mezclan con datos inventados.")
    if RegionalNetwork.objects.filter(code__startswith="sintetica-").exists():
        raise Refused("Esta base ya tiene personas sintéticas.")
    organisations = min(max(people // PEOPLE_PER_ORGANISATION, 1), MOST_ORGANISATIONS)
    districts = list(District.objects.choosable().order_by("pk").values_list("pk", flat=True))
    if not districts:
        raise Refused("Primero carga los distritos: manage.py load_places.")
    _organisations(organisations, districts, seed)
    return {
        "organisations": organisations,
        "people": copy_rows(Person, PERSON, _people(people, districts, seed)),
        "phones": copy_rows(Phone, PHONE, _phones(people, seed)),
        "memberships": copy_rows(Membership, MEMBERSHIP, _memberships(people, organisations, seed)),
        "consents": copy_rows(Consent, CONSENT, _consents(people, seed)),
    }


def _organisations(count: int, districts: list[str], seed: int) -> None:
    networks = [
        RegionalNetwork(
            pk=identity(seed, "network", number),
            name=f"Red sintética de {department.name}",
            code=f"sintetica-{department.pk}",
            department=department,
            is_demo=True,
        )
        for number, department in enumerate(Department.objects.order_by("pk"))
    ]
    RegionalNetwork.objects.bulk_create(networks)
    by_department = {network.department_id: network for network in networks}
    rng = Random(f"{seed}:organisations")  # noqa: S311  # repeatable, not secret
    rows = [
        Organisation(
            pk=identity(seed, "organisation", number),
            name=f"Asociación sintética {number:05d}",
            district_id=rng.choice(districts),
            is_demo=True,
        )
        for number in range(count)
    ]
    Organisation.objects.bulk_create(rows, batch_size=1000)
    Affiliation.objects.bulk_create(
        [
            Affiliation(
                organisation=row,
                regional_network=by_department[str(row.district_id)[:2]],
                starts_on=date(2019, 1, 1),
            )
            for row in rows
        ],
        batch_size=1000,
    )


PERSON = (
    "id given_names paternal_surname maternal_surname document_kind document_sealed document_index "
    "document_tail no_document_reason born_on born_precision sex occupation district_id languages "
    "preferred_language prefers_audio email contact_preference note is_demo registered_at"
).split()
PHONE = "id person_id number_sealed number_index number_tail shared_with is_primary".split()
MEMBERSHIP = (
    "id person_id organisation_id kind starts_on starts_precision end_reason source".split()
)
CONSENT = ("id person_id purpose is_granted channel decided_on witness recorded_at").split()


def _people(count: int, districts: list[str], seed: int) -> Iterator[tuple[Any, ...]]:
    rng = Random(f"{seed}:people")  # noqa: S311
    now = timezone.now()
    for number in range(count):
        pk = identity(seed, "person", number)
        document = _document(pk, number) if rng.random() < 0.95 else ("none", None, None, "")
        born = date(1955, 1, 1) + timedelta(days=rng.randrange(20_000))
        yield (
            pk,
            *synthetic.names(rng),
            *document,
            "",
            born,
            "d" if rng.random() < 0.8 else "y",
            "f" if rng.random() < 0.97 else "m",
            rng.choice(synthetic.OCCUPATIONS),
            rng.choice(districts),
            ["es", "qu"] if rng.random() < 0.4 else ["es"],
            "es",
            False,
            "",
            "",
            "",
            True,
            now - timedelta(seconds=number),
        )


def _document(pk: UUID, number: int) -> tuple[str, bytes, bytes, str]:
    text = synthetic.dni(number, series=1)
    sealed = seal(text, table=Person._meta.db_table, column="document_sealed", row=str(pk))
    return "dni", sealed, index_of(Person, "document_index", text, "dni"), text[-3:]


def _phones(count: int, seed: int) -> Iterator[tuple[Any, ...]]:
    rng = Random(f"{seed}:phones")  # noqa: S311
    for number in range(count):
        if rng.random() < 0.2:
            continue
        pk = identity(seed, "phone", number)
        # Every twentieth shares the number of the one before her.
        text = synthetic.phone(number - 1 if number % 20 == 1 else number, series=1)
        sealed = seal(text, table=Phone._meta.db_table, column="number_sealed", row=str(pk))
        index = blind_index(text, kind="phone")
        yield pk, identity(seed, "person", number), sealed, index, text[-3:], "", True


def _memberships(count: int, organisations: int, seed: int) -> Iterator[tuple[Any, ...]]:
    rng = Random(f"{seed}:memberships")  # noqa: S311
    for number in range(count):
        yield (
            identity(seed, "membership", number),
            identity(seed, "person", number),
            identity(seed, "organisation", rng.randrange(organisations)),
            "member",
            date(2015 + rng.randrange(11), 1 + rng.randrange(12), 1),
            "m",
            "",
            "",
        )


def _consents(count: int, seed: int) -> Iterator[tuple[Any, ...]]:
    rng = Random(f"{seed}:consents")  # noqa: S311
    now = timezone.now()
    for number in range(count):
        for place, (purpose, share) in enumerate(PURPOSES):
            if rng.random() < share:
                yield (
                    identity(seed, purpose, number),
                    identity(seed, "person", number),
                    purpose,
                    place == 0 or rng.random() < 0.95,
                    "paper",
                    date(2025, 1, 1),
                    "",
                    now,
                )

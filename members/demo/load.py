"""The demonstration network, written once: organisations, women, boards, consents."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from random import Random
from uuid import UUID, uuid5

from django.utils import timezone

from members import synthetic
from members.demo.network import NETWORKS, ORGANISATIONS, InventedOrganisation
from members.models import (
    Affiliation,
    Consent,
    Membership,
    Office,
    Organisation,
    Person,
    Phone,
    PrivacyNotice,
    RegionalNetwork,
)
from network.base.errors import Refused
from network.base.fields import index_value, seal_value
from network.places.models import MiningZone

NAMESPACE = UUID("0f5b8c52-0d6c-4d52-8a35-0cf0f0b7e1d4")
SEED = 25
POSTS = ("president", "vice_president", "secretary", "treasurer", "comptroller", "safety")
CONSENT_SHARES = (
    ("registry", 1.0),
    ("whatsapp", 0.75),
    ("sms", 0.4),
    ("share_solidaridad", 0.85),
    ("donor_reporting", 0.6),
    ("testimony", 0.35),
)


def identity(*parts: object) -> UUID:
    return uuid5(NAMESPACE, ":".join(map(str, parts)))


def load_network(today: date) -> None:
    """Write the demonstration network. A second call writes nothing; real people refuse it."""
    if Person.objects.filter(is_demo=False).exists():
        raise Refused("Hay personas reales en esta base: la demostración no se carga.")
    if RegionalNetwork.objects.filter(pk=identity("network", NETWORKS[0].code)).exists():
        return
    rng = Random(SEED)  # noqa: S311  # repeatable, not secret
    RegionalNetwork.objects.bulk_create(
        RegionalNetwork(
            pk=identity("network", invented.code),
            name=invented.name,
            code=invented.code,
            department_id=invented.department,
            founded_on=date(2019, 3, 8),
            is_demo=True,
        )
        for invented in NETWORKS
    )
    cast = _Cast(rng, today)
    for number, invented in enumerate(ORGANISATIONS):
        organisation = _organisation(number, invented)
        cast.enrol(organisation, invented)
    cast.write()
    _network_boards(today)


def _organisation(number: int, invented: InventedOrganisation) -> Organisation:
    zone = None
    if invented.zone:
        zone = MiningZone.objects.create(
            pk=identity("zone", number),
            name=invented.zone,
            district_id=invented.district,
            is_demo=True,
        )
    row = Organisation.objects.create(
        pk=identity("organisation", number),
        name=invented.name,
        short_name=invented.short_name,
        kind=invented.kind,
        ruc=synthetic.ruc(number) if number % 5 else "",
        formalisation=invented.stage,
        activities=[str(activity) for activity in invented.activities],
        founded_on=date(invented.founded, 1, 1),
        founded_precision="y",
        district_id=invented.district,
        zone=zone,
        is_demo=True,
    )
    codes: tuple[str | None, ...] = invented.networks or (None,)
    Affiliation.objects.bulk_create(
        Affiliation(
            organisation=row,
            regional_network_id=identity("network", code) if code else None,
            starts_on=max(date(2019, 3, 8), date(invented.founded, 6, 1)),
        )
        for code in codes
    )
    return row


class _Cast:
    """The women, gathered organisation by organisation and written in one go at the end."""

    def __init__(self, rng: Random, today: date) -> None:
        self.rng, self.today = rng, today
        self.numbers = count()
        self.people: list[Person] = []
        self.phones: list[Phone] = []
        self.memberships: list[Membership] = []
        self.offices: list[Office] = []
        self.consents: list[Consent] = []
        self.notice = PrivacyNotice.objects.order_by("effective_on").first()

    def enrol(self, organisation: Organisation, invented: InventedOrganisation) -> None:
        women = [self._woman(organisation, invented) for _ in range(invented.members)]
        for woman in women:
            self._belongs(woman, organisation, invented)
            self._agrees(woman)
        self._board(organisation, women)
        if len(self.people) > len(women) and self.rng.random() < 0.5:
            guest = self.rng.choice(self.people[: -len(women)])
            self._belongs(guest, organisation, invented)

    def _woman(self, organisation: Organisation, invented: InventedOrganisation) -> Person:
        rng, number = self.rng, next(self.numbers)
        given, paternal, maternal = synthetic.names(rng)
        south = invented.district[:2] in {"21", "05", "04"}
        person = Person(
            pk=identity("person", number),
            given_names=given,
            paternal_surname=paternal,
            maternal_surname=maternal,
            born_on=date(1958, 1, 1) + timedelta(days=rng.randrange(17_500)),
            born_precision=rng.choice("dddmy"),
            sex="f",
            occupation=rng.choice(synthetic.OCCUPATIONS),
            district_id=organisation.district_id,
            languages=["es", "qu"] if south and rng.random() < 0.6 else ["es"],
            preferred_language="qu" if south and rng.random() < 0.3 else "es",
            prefers_audio=rng.random() < 0.25,
            contact_preference=rng.choice(("whatsapp", "whatsapp", "call", "visit", "")),
            is_demo=True,
        )
        if rng.random() < 0.93:
            person.document_kind = Person.Document.DNI
            text = synthetic.dni(number * 7919 % 1_000_000, series=0)
            person.document_sealed = seal_value(person, "document_sealed", text)
            person.document_index = index_value(person, "document_index", text)
            person.document_tail = text[-3:]
        else:
            person.no_document_reason = rng.choice(("Lo perdió", "En trámite", "Nunca tuvo"))
        if rng.random() < 0.86:
            self._reached_at(person, number)
        self.people.append(person)
        return person

    def _reached_at(self, person: Person, number: int) -> None:
        is_shared = number % 9 == 1
        phone = Phone(
            pk=identity("phone", number),
            person=person,
            has_whatsapp=self.rng.random() < 0.7,
            shared_with=self.rng.choice(("su hija", "su esposo", "su vecina")) if is_shared else "",
            is_primary=True,
        )
        text = synthetic.phone((number - is_shared) * 60_013 % 10_000_000, series=0)
        phone.number_sealed = seal_value(phone, "number_sealed", text)
        phone.number_index = index_value(phone, "number_index", text)
        phone.number_tail = text[-3:]
        self.phones.append(phone)

    def _belongs(
        self, person: Person, organisation: Organisation, invented: InventedOrganisation
    ) -> None:
        first = max(invented.founded, 2012)
        starts = date(self.rng.randint(first, 2025), self.rng.randint(1, 12), 1)
        ended = self.rng.random() < 0.04
        self.memberships.append(
            Membership(
                pk=identity("membership", person.pk, organisation.pk),
                person=person,
                organisation=organisation,
                starts_on=starts,
                starts_precision=self.rng.choice("my"),
                ends_on=starts + timedelta(days=400) if ended else None,
                end_reason="Se mudó" if ended else "",
                source="Padrón de la organización",
            )
        )

    def _board(self, organisation: Organisation, women: list[Person]) -> None:
        """Terms of two years; here and there a post is vacant or a term ends within weeks."""
        starts = self.today - timedelta(days=self.rng.randint(200, 715))
        posts = [post for post in POSTS if self.rng.random() < 0.94]
        for post, woman in zip(posts, women, strict=False):
            self.offices.append(
                Office(
                    pk=identity("office", organisation.pk, post),
                    organisation=organisation,
                    post=post,
                    person=woman,
                    elected_on=starts - timedelta(days=7),
                    starts_on=starts,
                    ends_on=starts + timedelta(days=730),
                )
            )

    def _agrees(self, person: Person) -> None:
        decided = date(2024, 1, 15) + timedelta(days=self.rng.randrange(700))
        now = timezone.now()
        for purpose, share in self._asked():
            self.consents.append(
                Consent(
                    pk=identity("consent", person.pk, purpose),
                    person=person,
                    purpose=purpose,
                    is_granted=self.rng.random() < share,
                    notice=self.notice,
                    channel=self.rng.choice(("paper", "paper", "fingerprint")),
                    decided_on=decided,
                    recorded_at=now,
                )
            )

    def _asked(self) -> Iterator[tuple[str, float]]:
        for purpose, share in CONSENT_SHARES:
            if purpose == "registry" or self.rng.random() < 0.9:
                yield purpose, share

    def write(self) -> None:
        self._look_alikes()
        Person.objects.bulk_create(self.people)
        Phone.objects.bulk_create(self.phones)
        Membership.objects.bulk_create(self.memberships)
        Office.objects.bulk_create(self.offices)
        Consent.objects.bulk_create(self.consents)

    def _look_alikes(self) -> None:
        """Three women entered twice, as lists from the field do: other spelling, no document."""
        for number, original in enumerate(self.people[20:380:140]):
            twin = Person(
                pk=identity("twin", number),
                given_names=original.given_names.split()[0],
                paternal_surname=original.paternal_surname.replace("Qu", "K").replace("Hu", "Gu"),
                maternal_surname=original.maternal_surname,
                born_on=original.born_on,
                born_precision="y",
                sex="f",
                occupation=original.occupation,
                district_id=original.district_id,
                languages=original.languages,
                no_document_reason="Lista antigua sin DNI",
                is_demo=True,
            )
            home = next(m for m in self.memberships if m.person is original)
            self.people.append(twin)
            self.memberships.append(
                Membership(
                    pk=identity("membership", "twin", number),
                    person=twin,
                    organisation=home.organisation,
                    starts_on=date(2019, 1, 1),
                    starts_precision="y",
                    source="Lista antigua",
                )
            )


def _network_boards(today: date) -> None:
    """Each regional network is presided by the president of one of its organisations."""
    for invented in NETWORKS:
        network = identity("network", invented.code)
        presidents = Office.objects.filter(
            post="president", organisation__affiliations__regional_network=network
        ).order_by("organisation__name_key")
        for post, office in zip(("president", "secretary"), presidents, strict=False):
            Office.objects.create(
                pk=identity("office", invented.code, post),
                regional_network_id=network,
                post=post,
                person_id=office.person_id,
                starts_on=today - timedelta(days=400),
                ends_on=today + timedelta(days=330),
            )

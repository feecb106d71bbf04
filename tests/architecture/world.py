"""One row of every sort, in both regions, and one account for every letter of the matrix."""

from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from members.actions import accounts
from members.actions.boards import Term, hand_over
from members.actions.duplicates import merge_people
from members.models import AccountLink, Office, Purpose, Role, User
from network.base.models import ImportBatch, Job, SavedView
from network.documents.actions import store_upload
from network.documents.models import Document
from network.partners.models import Institution, Programme
from network.places.models import District, MiningZone
from tests.architecture.training_world import training_keys
from tests.factories.accounts import RoleAssignmentFactory, UserFactory, sign_in, sign_in_with
from tests.factories.members import (
    AffiliationFactory,
    ConsentFactory,
    MembershipFactory,
    OfficeFactory,
    OrganisationFactory,
    PersonFactory,
    PhoneFactory,
    PrivacyNoticeFactory,
    RegionalNetworkFactory,
)

OWN, OTHER = "own", "other"
PLACED = {
    "N": (Role.NATIONAL_COORDINATOR, ""),
    "R": (Role.REGIONAL_COORDINATOR, "regional_network"),
    "L": (Role.ORGANISATION_LEADER, "organisation"),
    "T": (Role.TRAINER, "regional_network"),
    "A": (Role.ANALYST, ""),
    "P": (Role.ANALYST, ""),
    "U": (Role.AUDITOR, ""),
    "D": (Role.ADMINISTRATOR, ""),
    "M": (Role.MEMBER, ""),
    "X": (Role.NATIONAL_COORDINATOR, ""),
    "E": (Role.NATIONAL_COORDINATOR, ""),
}


@dataclass
class World:
    """`keys[row][side]` is what the address of such a row takes."""

    accounts: dict[str, User] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)
    keys: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)


def build_world() -> World:
    world = World()
    national = UserFactory(name="N")
    regions = {side: _region(side, national) for side in (OWN, OTHER)}
    for row in regions[OWN]:
        world.keys[row] = {side: regions[side][row] for side in regions}
    for letter, (role, place) in PLACED.items():
        user = national if letter == "N" else _account(letter, regions[OWN]["person"]["pk"])
        scope = {f"{place}_id": regions[OWN]["places"][place]} if place else {}
        RoleAssignmentFactory(user=user, role=role, **scope)
        world.accounts[letter] = user
    _finish_accounts(world.accounts)
    world.keys |= _tokens(world.accounts)
    for letter, user in world.accounts.items():
        world.clients[letter] = _signed_in(letter, user)
    world.clients[""] = _visitor()
    return world


def _region(side: str, national: User) -> dict[str, dict[str, Any]]:
    """Keys of one row of every sort in a region of its own."""
    now = timezone.now()
    network = RegionalNetworkFactory(code=f"red-{side}")
    organisation = OrganisationFactory(name=f"Piedra {side}")
    affiliation = AffiliationFactory(organisation=organisation, regional_network=network)
    thrown = OrganisationFactory(name=f"Error {side}", trashed_at=now)
    AffiliationFactory(organisation=thrown, regional_network=network)

    def member(**values: Any) -> Any:
        return MembershipFactory(person=PersonFactory(**values), organisation=organisation).person

    person, twin, absorbed = member(), member(), member()
    if side == OWN:
        ConsentFactory(person=person, purpose=Purpose.SHARE_SOLIDARIDAD)
    trashed = member(trashed_at=now, trashed_by=national)
    withdrawn = member(withdrawn_at=now)
    phone = PhoneFactory(person=person)
    document = store_upload(
        upload=SimpleUploadedFile("hoja.png", _png()), kind=Document.Kind.CONSENT, by=national
    )
    ConsentFactory(person=person, evidence=document)
    merge = merge_people(survivor=twin, absorbed=absorbed, by=national)
    office = OfficeFactory(person=person, organisation=organisation)
    change = hand_over(
        body=organisation,
        incoming={Office.Post.TREASURER: twin},
        term=Term(first_day=timezone.localdate()),
        by=national,
    )
    institution = Institution.objects.create(name=f"Aliada {side}", kind=Institution.Kind.NGO)
    programme = Programme.objects.create(
        name=f"Programa {side}", code=f"P-{side}", donor=institution
    )
    zone = MiningZone.objects.create(name=f"Zona {side}", district=District.objects.first())
    role = RoleAssignmentFactory(role=Role.AUDITOR)
    job = Job.objects.create(kind="export", title="Lista", owner=national)
    counts = dict.fromkeys(("read", "new", "changed", "unchanged", "parked", "refused"), 0)
    batch = ImportBatch.objects.create(
        name="people", file_name="lista.csv", counts=counts, committed_by=national
    )
    notice = PrivacyNoticeFactory(version=f"v-{side}")
    hers = {"pk": person.pk}
    return {
        "places": {"regional_network": network.pk, "organisation": organisation.pk},
        "": {},
        "person": hers,
        "person_trace": hers,
        "phone": hers | {"phone": phone.pk},
        "membership": hers | {"membership": person.memberships.get().pk},
        "purpose": hers | {"purpose": Purpose.SMS},
        "pair": {"one": person.pk, "other": twin.pk},
        "merge": {"pk": merge.pk},
        "trashed_person": {"pk": trashed.pk},
        "withdrawn_person": {"pk": withdrawn.pk},
        "organisation": {"pk": organisation.pk},
        "trashed_organisation": {"pk": thrown.pk},
        "affiliation": {"pk": organisation.pk, "affiliation": affiliation.pk},
        "network": {"code": network.code},
        "organisation_board": {"organisation": organisation.pk},
        "network_board": {"network": network.code},
        "office": {"pk": office.pk},
        "hand_over": {"pk": change.pk},
        "document": {"pk": document.pk},
        "institution": {"pk": institution.pk},
        "programme": {"pk": programme.pk},
        "zone": {"pk": zone.pk},
        "account": {"pk": role.user.pk},
        "role": {"pk": role.pk},
        "national's own": {"pk": job.pk},
        "export": {"name": "organisations"},
        "figure": {"name": "participants"},
        "draft": {"token": "no-es-de-nadie"},
        "batch": {"pk": batch.pk},
        "notice": {"version": notice.version, "language": "es"},
        "passkey": {"pk": 999},
    } | training_keys(side, network, organisation, person)


def _png() -> bytes:
    content = BytesIO()
    Image.new("RGB", (8, 8)).save(content, "PNG")
    return content.getvalue()


def _account(letter: str, person_id: Any) -> User:
    return UserFactory(name=letter, person_id=person_id if letter == "M" else None)


def _finish_accounts(made: dict[str, User]) -> None:
    RoleAssignmentFactory(
        user=made["P"],
        role=Role.PERSONAL_DATA,
        ends_on=timezone.localdate() + timedelta(days=30),
        reason="Informe anual",
    )
    yesterday = timezone.localdate() - timedelta(days=1)
    made["E"].role_assignments.update(starts_on=yesterday, ends_on=yesterday)
    for user in made.values():
        user.set_password("piedra menuda y terca")
        user.save()
    SavedView.objects.create(owner=made["N"], listing="people", name="Mías", query="")


def _tokens(made: dict[str, User]) -> dict[str, dict[str, dict[str, Any]]]:
    def token(kind: str) -> str:
        lasts = timedelta(hours=1)
        return accounts.open_link(user=made["M"], kind=kind, by=made["N"], lasts=lasts)

    keys = {
        "invitation": {"token": token(AccountLink.Kind.INVITATION)},
        "link": {"token": token(AccountLink.Kind.PERSONAL)},
        "reset": {"uidb36": "1", "key": "no-sirve"},
    }
    return {row: {OWN: values, OTHER: values} for row, values in keys.items()}


def _visitor() -> Client:
    return Client(raise_request_exception=False)


def _signed_in(letter: str, user: User) -> Client:
    client = _visitor()
    if letter == "X":
        return sign_in_with(client, user, "password")
    if letter == "E":
        return sign_in_with(client, user, "password", "mfa")
    return sign_in(client, user)

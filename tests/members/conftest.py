"""A small fixed cast: two regions, an organisation in each, and one account for each role.

`make_account(role, …)` gives another. Sign in with `tests.factories.accounts.sign_in`.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from members.models import Organisation, Person, RegionalNetwork, Role, User
from tests.factories.accounts import RoleAssignmentFactory, UserFactory
from tests.factories.members import (
    AffiliationFactory,
    MembershipFactory,
    OrganisationFactory,
    PersonFactory,
    RegionalNetworkFactory,
)

Account = Callable[..., User]


@pytest.fixture
def make_account(db: None) -> Account:
    def make(role: str, **scope: object) -> User:
        person = scope.pop("person", None)
        only_phone = {"email": None} if role == Role.MEMBER else {}
        user = UserFactory(name=str(Role(role).label), person=person, **only_phone)
        RoleAssignmentFactory(user=user, role=role, **scope)
        return user

    return make


@pytest.fixture
def madre_de_dios(db: None) -> RegionalNetwork:
    return RegionalNetworkFactory(name="Red de Madre de Dios", code="madre-de-dios")


@pytest.fixture
def puno(db: None) -> RegionalNetwork:
    return RegionalNetworkFactory(name="Red de Puno", code="puno")


@pytest.fixture
def rio_claro(madre_de_dios: RegionalNetwork) -> Organisation:
    organisation = OrganisationFactory(name="Río Claro")
    AffiliationFactory(organisation=organisation, regional_network=madre_de_dios)
    return organisation


@pytest.fixture
def piedra_viva(madre_de_dios: RegionalNetwork) -> Organisation:
    organisation = OrganisationFactory(name="Piedra Viva")
    AffiliationFactory(organisation=organisation, regional_network=madre_de_dios)
    return organisation


@pytest.fixture
def flor_de_cuarzo(puno: RegionalNetwork) -> Organisation:
    organisation = OrganisationFactory(name="Flor de Cuarzo")
    AffiliationFactory(organisation=organisation, regional_network=puno)
    return organisation


@pytest.fixture
def felicitas(rio_claro: Organisation) -> Person:
    """A member of Río Claro without document, phone, e-mail or account."""
    return MembershipFactory(person=PersonFactory(), organisation=rio_claro).person


@pytest.fixture
def national(make_account: Account) -> User:
    return make_account(Role.NATIONAL_COORDINATOR)


@pytest.fixture
def coordinator(make_account: Account, madre_de_dios: RegionalNetwork) -> User:
    return make_account(Role.REGIONAL_COORDINATOR, regional_network=madre_de_dios)


@pytest.fixture
def other_region_coordinator(
    make_account: Account, puno: RegionalNetwork, flor_de_cuarzo: Organisation
) -> User:
    return make_account(Role.REGIONAL_COORDINATOR, regional_network=puno)


@pytest.fixture
def leader(make_account: Account, rio_claro: Organisation) -> User:
    return make_account(Role.ORGANISATION_LEADER, organisation=rio_claro)


@pytest.fixture
def trainer(make_account: Account, madre_de_dios: RegionalNetwork) -> User:
    return make_account(Role.TRAINER, regional_network=madre_de_dios)


@pytest.fixture
def analyst(make_account: Account) -> User:
    return make_account(Role.ANALYST)


@pytest.fixture
def analyst_with_personal_data(analyst: User) -> User:
    RoleAssignmentFactory(
        user=analyst,
        role=Role.PERSONAL_DATA,
        ends_on=timezone.localdate() + timedelta(days=30),
        reason="Informe anual a la Unión Europea",
    )
    return analyst


@pytest.fixture
def auditor(make_account: Account) -> User:
    return make_account(Role.AUDITOR)


@pytest.fixture
def administrator(make_account: Account) -> User:
    return make_account(Role.ADMINISTRATOR)


@pytest.fixture
def member(make_account: Account, felicitas: Person) -> User:
    return make_account(Role.MEMBER, person=felicitas)

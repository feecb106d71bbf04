"""Accounts and roles: who gives them, for how long, what they leave behind."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from members import checks
from members.actions import accounts
from members.checks import check_production
from members.models import AccountLink, Role, RoleAssignment, User
from network.base.accesslog import record_access
from network.base.errors import Refused
from network.base.models import AccessLogEntry
from tests.factories.accounts import RoleAssignmentFactory, UserFactory, sign_in
from tests.factories.members import ConsentFactory, OfficeFactory, PersonFactory, PhoneFactory


def traces() -> list[tuple[str, str]]:
    entries = AccessLogEntry.objects.filter(action="account").order_by("id")
    return list(entries.values_list("subject", "purpose"))


# --- Inviting -----------------------------------------------------------------------------------
def test_an_administrator_invites_by_mail_with_a_first_role(client, administrator, rio_claro):
    sign_in(client, administrator)

    answer = client.post(
        reverse("account-invite"),
        {
            "name": "Rosa Mamani",
            "email": "Rosa@Ejemplo.pe",
            "role": Role.ORGANISATION_LEADER,
            "organisation": rio_claro.pk,
        },
    )

    user = User.objects.get(email="rosa@ejemplo.pe")
    assert answer.url == reverse("account-detail", args=[user.pk])
    assert not user.has_usable_password()
    assert [str(role) for role in user.roles_in_force] == ["Dirigenta de organización · Río Claro"]
    (message,) = mail.outbox
    assert message.to == ["rosa@ejemplo.pe"]
    assert "http://testserver/ingresar/invitacion/" in message.body
    assert "72 horas" in message.body
    assert [purpose for _subject, purpose in traces()] == [
        "abierta",
        "rol organisation_leader",
        "enlace invitation",
    ]


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"role": Role.ORGANISATION_LEADER}, "organisation"),
        ({"role": Role.REGIONAL_COORDINATOR}, "regional_network"),
        ({"role": Role.PERSONAL_DATA}, "reason"),
        ({"role": Role.PERSONAL_DATA, "reason": "Informe"}, "ends_on"),
        ({"role": Role.MEMBER}, "role"),
        ({"role": ""}, "role"),
        ({"role": Role.AUDITOR, "email": "nadie"}, "email"),
    ],
)
def test_an_invitation_that_says_too_little_is_refused_whole(client, administrator, answers, field):
    sign_in(client, administrator)

    page = client.post(
        reverse("account-invite"), {"name": "Rosa", "email": "rosa@ejemplo.pe"} | answers
    )

    assert list(page.context["form"].errors) == [field]
    assert not User.objects.filter(email="rosa@ejemplo.pe").exists()
    assert mail.outbox == []


def test_a_second_account_for_one_address_is_refused(administrator):
    UserFactory(email="rosa@ejemplo.pe")

    with pytest.raises(Refused, match="Ya hay una cuenta"):
        accounts.invite(name="Rosa", email="ROSA@ejemplo.pe", by=administrator, role=Role.AUDITOR)


def test_a_mail_server_that_is_away_is_told_and_the_account_stays(
    client, administrator, monkeypatch
):
    def away(*args: object, **kwargs: object) -> int:
        raise OSError("no hay nadie")

    monkeypatch.setattr("members.mails.send_mail", away)
    sign_in(client, administrator)

    page = client.post(
        reverse("account-invite"),
        {"name": "Rosa", "email": "rosa@ejemplo.pe", "role": Role.AUDITOR},
        follow=True,
    )

    assert "El correo no salió" in page.content.decode()
    assert User.objects.filter(email="rosa@ejemplo.pe").exists()


# --- Roles --------------------------------------------------------------------------------------
def test_nobody_gives_herself_a_role(administrator):
    with pytest.raises(Refused, match="sí misma"):
        accounts.grant_role(user=administrator, role=Role.NATIONAL_COORDINATOR, by=administrator)


def test_personal_data_is_given_with_a_reason_for_ninety_days_at_most(analyst, administrator):
    today = timezone.localdate()
    given = {"user": analyst, "role": Role.PERSONAL_DATA, "by": administrator}
    for ends_on, reason, wrong in [
        (today + timedelta(days=90), " ", "para qué"),
        (None, "Informe", "Pon la fecha"),
        (today + timedelta(days=91), "Informe", "Pon la fecha"),
    ]:
        with pytest.raises(Refused, match=wrong):
            accounts.grant_role(ends_on=ends_on, reason=reason, **given)

    role = accounts.grant_role(ends_on=today + timedelta(days=90), reason="Informe anual", **given)

    assert role.granted_by == administrator
    assert traces()[-1] == ("members.user", "rol personal_data: Informe anual")


def test_a_role_held_already_is_not_given_twice(coordinator, administrator, madre_de_dios):
    with pytest.raises(Refused, match="Ya tiene ese rol"):
        accounts.grant_role(
            user=coordinator,
            role=Role.REGIONAL_COORDINATOR,
            regional_network=madre_de_dios,
            by=administrator,
        )


def test_a_role_on_the_wrong_scope_is_refused_by_the_database(analyst, administrator, rio_claro):
    with pytest.raises(Refused, match="no va con ese ámbito"):
        accounts.grant_role(
            user=analyst, role=Role.AUDITOR, organisation=rio_claro, by=administrator
        )


def test_a_role_ends_today_and_keeps_its_past(coordinator, administrator):
    role = coordinator.role_assignments.get()
    role.starts_on -= timedelta(days=30)
    role.save()

    accounts.end_role(assignment=role, by=administrator)

    assert role.ends_on == timezone.localdate() - timedelta(days=1)
    assert not coordinator.role_assignments.in_force().exists()


def test_a_role_given_by_mistake_today_is_gone_and_its_history_stays(coordinator, administrator):
    role = coordinator.role_assignments.get()
    accounts.end_role(assignment=role, by=administrator)

    assert not RoleAssignment.objects.filter(user=coordinator).exists()
    events = RoleAssignment.pgh_event_model.objects.filter(user=coordinator)
    assert sorted(events.values_list("pgh_label", flat=True)) == ["delete", "insert"]


def test_the_last_administrator_stays(administrator, make_account):
    role = administrator.role_assignments.get()
    with pytest.raises(Refused, match="última administradora"):
        accounts.end_role(assignment=role, by=None)
    suspended = make_account(Role.ADMINISTRATOR)
    User.objects.filter(pk=suspended.pk).update(is_active=False)
    with pytest.raises(Refused, match="última administradora"):
        accounts.deactivate_account(user=administrator, by=suspended)

    second = make_account(Role.ADMINISTRATOR)

    accounts.end_role(assignment=role, by=second)


def test_nobody_suspends_herself(administrator, make_account):
    make_account(Role.ADMINISTRATOR)
    with pytest.raises(Refused, match="tu propia cuenta"):
        accounts.deactivate_account(user=administrator, by=administrator)


def test_the_page_of_an_account_gives_and_ends_roles_and_suspends(
    client, administrator, analyst, madre_de_dios
):
    sign_in(client, administrator)
    page = reverse("account-detail", args=[analyst.pk])

    client.post(
        reverse("account-grant", args=[analyst.pk]),
        {"role": Role.REGIONAL_COORDINATOR, "regional_network": madre_de_dios.pk},
    )
    assert "Red de Madre de Dios" in client.get(page).content.decode()
    given = analyst.role_assignments.get(role=Role.REGIONAL_COORDINATOR)
    client.post(reverse("role-end", args=[given.pk]))
    assert not analyst.role_assignments.filter(role=Role.REGIONAL_COORDINATOR).exists()
    wrong = client.post(reverse("account-grant", args=[analyst.pk]), {"role": Role.ANALYST})
    assert "Ya tiene ese rol" in wrong.content.decode()
    client.post(reverse("account-deactivate", args=[analyst.pk]))
    assert not User.objects.get(pk=analyst.pk).is_active
    client.post(reverse("account-reactivate", args=[analyst.pk]))
    assert User.objects.get(pk=analyst.pk).is_active
    client.post(reverse("account-reset-factors", args=[analyst.pk]))
    client.post(reverse("account-reinvite", args=[analyst.pk]))
    assert len(mail.outbox) == 1


def test_ones_own_page_offers_no_role(client, administrator):
    sign_in(client, administrator)

    page = client.get(reverse("account-detail", args=[administrator.pk])).content.decode()

    assert "tus roles los cambia otra administradora" in page
    assert reverse("account-grant", args=[administrator.pk]) not in page


def test_lost_factors_are_taken_away_with_every_session(client, coordinator, administrator):
    sign_in(client, coordinator)
    accounts.reset_factors(user=coordinator, by=administrator)

    assert not Authenticator.objects.filter(user=coordinator).exists()
    assert client.get(reverse("own-account")).status_code == 302
    with pytest.raises(Refused):
        accounts.reset_factors(user=administrator, by=administrator)


def test_the_list_shows_who_enters_by_mail_and_no_member(
    client, administrator, analyst, member, django_assert_num_queries
):
    User.objects.filter(pk=member.pk).update(email=None, name="Felícitas Apaza")
    sign_in(client, administrator)

    page = client.get(reverse("account-list"), {"rol": Role.ANALYST}).content.decode()
    assert analyst.email in page
    assert administrator.email not in page
    everybody = client.get(reverse("account-list")).content.decode()
    assert "Felícitas Apaza" not in everybody
    assert client.get(reverse("account-detail", args=[member.pk])).status_code == 404
    found = client.get(reverse("account-list"), {"q": analyst.email}).content.decode()
    assert administrator.email not in found.split("<main")[1]
    off = client.get(reverse("account-list"), {"estado": "suspendidas"}).content.decode()
    assert analyst.email not in off


# --- Members ------------------------------------------------------------------------------------
def test_a_coordinator_gives_a_member_access_from_her_record(client, coordinator, felicitas):
    sign_in(client, coordinator)
    address = reverse("person-access", args=[felicitas.pk])
    client.post(address, {"act": "give"})
    assert not User.objects.filter(person=felicitas).exists()

    PhoneFactory(person=felicitas)
    client.post(address, {"act": "give"})
    client.post(address, {"act": "give"})

    user = User.objects.get(person=felicitas)
    assert user.email is None
    assert [role.role for role in user.roles_in_force] == [Role.MEMBER]
    client.post(address, {"act": "withdraw"})
    assert not user.role_assignments.in_force().exists()


def test_a_suspended_account_does_not_come_back_with_access_as_a_member(
    client, coordinator, administrator, leader, felicitas
):
    PhoneFactory(person=felicitas)
    User.objects.filter(pk=leader.pk).update(person=felicitas)
    accounts.deactivate_account(user=leader, by=administrator)
    sign_in(client, coordinator)

    client.post(reverse("person-access", args=[felicitas.pk]), {"act": "give"})

    leader.refresh_from_db()
    assert not leader.is_active
    assert not leader.role_assignments.filter(role=Role.MEMBER).exists()


def test_her_link_reads_her_own_page_until_it_is_closed(client, coordinator, felicitas):
    PhoneFactory(person=felicitas)
    accounts.give_member_access(person=felicitas, by=coordinator)
    sign_in(client, coordinator)
    address = reverse("person-access", args=[felicitas.pk])
    page = client.post(address, {"act": "link"})
    link = page.context["link"]
    assert "no-store" in page["Cache-Control"]
    assert link not in client.get(address).content.decode()
    reader = Client()

    read = reader.get(link)

    assert "Hola, Felícitas" in read.content.decode()
    assert "no-store" in read["Cache-Control"]
    assert "sesion" not in read.cookies
    assert reader.get(reverse("own-record")).status_code == 302
    assert reader.post(link).status_code == 405
    assert AccessLogEntry.objects.filter(channel="link").count() == 1
    client.post(address, {"act": "unlink"})
    assert reader.get(link).status_code == 404


@pytest.mark.parametrize("shut", ["newer", "suspended", "withdrawn", "trashed", "wrong"])
def test_a_link_stops_with_what_it_stood_on(client, coordinator, administrator, felicitas, shut):
    PhoneFactory(person=felicitas)
    user = accounts.give_member_access(person=felicitas, by=coordinator)
    token = accounts.open_personal_link(person=felicitas, by=coordinator)
    address = reverse("own-record-by-link", args=[token])
    assert client.get(address).status_code == 200
    if shut == "newer":
        accounts.open_personal_link(person=felicitas, by=coordinator)
    elif shut == "suspended":
        accounts.deactivate_account(user=user, by=administrator)
    elif shut == "withdrawn":
        accounts.withdraw_member_access(person=felicitas, by=coordinator)
    elif shut == "trashed":
        type(felicitas).objects.update(trashed_at=timezone.now())
    else:
        address = reverse("own-record-by-link", args=[token[:-1] + "x"])

    assert client.get(address).status_code == 404


def test_tokens_have_256_bits_and_an_invitation_does_not_open_a_record(
    client, coordinator, administrator, felicitas
):
    PhoneFactory(person=felicitas)
    user = accounts.give_member_access(person=felicitas, by=coordinator)
    personal = accounts.open_personal_link(person=felicitas, by=coordinator)
    invited = accounts.open_invitation(user=user, by=administrator)

    assert len(personal) == len(invited) == 43
    assert client.get(reverse("own-record-by-link", args=[invited])).status_code == 404
    assert client.get(reverse("invitation", args=[personal])).status_code == 404
    assert AccountLink.objects.filter(token_hash__in=[personal, invited]).count() == 0


def test_her_own_page_tells_what_is_kept_and_who_looked(client, member, felicitas, coordinator):
    phone = PhoneFactory(person=felicitas)
    OfficeFactory(person=felicitas, organisation=felicitas.memberships.get().organisation)
    ConsentFactory(person=felicitas)
    record_access(
        by=coordinator,
        action="reveal",
        subject="members.person",
        subject_id=felicitas.pk,
        purpose="Llamarla por la asamblea",
    )
    record_access(
        by=coordinator, action="reveal", subject="members.person", subject_id=PersonFactory().pk
    )
    sign_in(client, member)

    page = client.get(reverse("own-record")).content.decode()

    for words in ("Felícitas Apaza Condori", "Río Claro", "Presidenta", "Estar en el registro"):
        assert words in page
    assert page.count("Vio un dato reservado") == 1
    assert "Llamarla por la asamblea" in page
    assert phone.number_tail in page
    assert "951000720" not in page.replace(" ", "")


def test_a_member_sees_no_record_but_hers(client, member, rio_claro):
    sign_in(client, member)

    assert str(member.person_id) not in client.get(reverse("own-record")).content.decode()
    assert client.get("/mi/?pk=" + str(PersonFactory().pk)).context["person"] == member.person


def test_she_changes_her_name_and_language(client, analyst):
    sign_in(client, analyst)

    client.post(reverse("own-account"), {"name": "Ana Luz Ccopa", "language": "en"})

    analyst.refresh_from_db()
    assert (analyst.name, analyst.language) == ("Ana Luz Ccopa", "en")
    assert client.get(reverse("own-account"))["Content-Language"] == "en"


# --- The access log -----------------------------------------------------------------------------
def test_the_auditor_reads_who_did_what(client, auditor, coordinator, felicitas):
    record_access(
        by=coordinator,
        action="export",
        subject="people",
        row_count=38,
        purpose="Informe",
        filters={"organizacion": "Río Claro"},
    )
    record_access(by=coordinator, action="view", subject="members.person", subject_id=felicitas.pk)
    sign_in(client, auditor)

    page = client.get(reverse("access-log"), {"que": "export"}).content.decode()

    assert "Exportó" in page
    assert "38" in page
    assert "Río Claro" in page
    assert "Ficha de una persona" not in page
    of_one = client.get(reverse("access-log"), {"ficha": str(felicitas.pk)}).content.decode()
    assert "Ficha de una persona" in of_one


# --- Commands and deployment --------------------------------------------------------------------
def test_a_fresh_database_has_no_account(db):
    assert User.objects.count() == 0


def test_create_admin_makes_one_and_prints_a_link(client, db, settings):
    settings.SITE_URL = "https://portal.ejemplo.pe"
    said = StringIO()
    call_command("create_admin", "Ana@Ejemplo.pe", "--json", stdout=said)

    told = json.loads(said.getvalue())
    assert told["email"] == "ana@ejemplo.pe"
    path = told["link"].removeprefix("https://portal.ejemplo.pe")
    assert client.get(path).status_code == 200
    user = User.objects.get()
    assert [role.role for role in user.roles_in_force] == [Role.ADMINISTRATOR]
    for email, wrong in (("ana@ejemplo.pe", "Ya hay una cuenta"), ("ana", "no es un correo")):
        with pytest.raises(CommandError, match=wrong):
            call_command("create_admin", email)


def test_create_admin_says_it_in_a_sentence(db):
    said = StringIO()
    call_command("create_admin", "ana@ejemplo.pe", "--name", "Ana Ccopa", stdout=said)

    assert said.getvalue().startswith("Cuenta de administradora creada para ana@ejemplo.pe.")
    assert User.objects.get().name == "Ana Ccopa"


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("DEMO", True, "portal.E001"),
        ("DEBUG", True, "portal.E002"),
        ("HTTPS", False, "portal.E003"),
        ("SECRET_KEY", "corta", "portal.E004"),
        ("SECRET_KEY", "a" * 60, "portal.E004"),
        ("INDEX_KEY", "cHJ1ZWJhLXBydWViYS1wcnVlYmEtcHJ1ZWJhLTMyISE=", "portal.E005"),
        ("ISSUER_KEY", "cHJ1ZWJhLXBydWViYS1wcnVlYmEtcHJ1ZWJhLTMyISE=", "portal.E005"),
        ("DATA_KEYS", "k1:cHJ1ZWJh", "portal.E005"),
        ("DATA_KEYS", "k1:no", "portal.E005"),
        ("SMS_GATEWAY_URL", "", "portal.W001"),
        ("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend", "portal.W002"),
    ],
)
def test_the_deploy_check_refuses_what_is_open_or_weak(settings, name, value, code):
    key = "//////8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    sound = {
        "DEMO": False,
        "DEBUG": False,
        "HTTPS": True,
        "SECRET_KEY": "0123456789abcdef" * 4,
        "DATA_KEYS": f"k1:{key}",
        "INDEX_KEY": key,
        "ISSUER_KEY": key,
        "SMS_GATEWAY_URL": "https://mensajes.ejemplo",
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    }
    for setting, kept in sound.items():
        setattr(settings, setting, kept)
    assert check_production(None) == []

    setattr(settings, name, value)

    assert [problem.id for problem in check_production(None)] == [code]


def test_the_deploy_check_looks_at_the_database_role_when_it_may_connect(db, monkeypatch):
    assert checks.check_database_role(None) == []
    assert checks.check_database_role(None, databases=["default"]) == []
    monkeypatch.setattr(checks, "application_privilege", lambda: "superusuario")
    (problem,) = checks.check_database_role(None, databases=["default"])
    assert problem.id == "portal.E006"


def test_suspended_accounts_cannot_be_invited_without_mail(client, administrator, make_account):
    sign_in(client, administrator)
    role = RoleAssignmentFactory(
        user=UserFactory(email=None, person=PersonFactory()), role="member"
    )

    assert client.post(reverse("account-reinvite", args=[role.user.pk])).status_code == 404

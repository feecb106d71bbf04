"""Signing in by e-mail: password, second step, links, sessions, and nothing beside them."""

import re
import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from members.actions import accounts
from members.models import AccountLink, Role, User
from members.urls.accounts import urlpatterns
from tests.factories.accounts import sign_in, sign_in_with

PASSWORD = "piedra menuda y terca"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_now(secret: str = SECRET) -> str:
    # A code serves once: forget that the tests used this one.
    cache.clear()
    return format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[0]))


@pytest.fixture
def staff(db) -> User:
    user = accounts.create_account(
        name="Nélida Quispe", email="nelida@ejemplo.pe", password=PASSWORD, by=None
    )
    accounts.grant_role(user=user, role=Role.NATIONAL_COORDINATOR, by=None)
    return user


@pytest.fixture
def enrolled(staff: User) -> User:
    accounts.enrol_totp(user=staff, secret=SECRET)
    return staff


def give_password(client: Client, password: str = PASSWORD, email: str = "nelida@ejemplo.pe"):
    return client.post(reverse("signin-email"), {"login": email, "password": password})


def test_password_alone_opens_nothing_for_staff_with_a_second_step(client, enrolled):
    answer = give_password(client)

    assert answer.url == reverse("mfa_authenticate")
    assert client.get(reverse("own-account")).url.startswith("/ingresar/")
    answer = client.post(reverse("mfa_authenticate"), {"code": code_now()})
    assert answer.url == "/inicio/"
    assert client.get(reverse("own-account")).status_code == 200


@pytest.mark.parametrize("later", [1, 31, 59])
def test_a_code_of_the_application_serves_once_for_as_long_as_clocks_may_differ(
    client, enrolled, monkeypatch, later
):
    """A code of a phone that is a step ahead is taken for a minute and a half; by whoever looked
    over her shoulder, not at all."""
    real = time.time
    step_begins = real() // 30 * 30
    monkeypatch.setattr(time, "time", lambda: step_begins)
    cache.clear()
    code = format_hotp_value(hotp_value(SECRET, int(step_begins // 30) + 1))
    give_password(client)
    assert client.post(reverse("mfa_authenticate"), {"code": code}).url == "/inicio/"

    monkeypatch.setattr(time, "time", lambda: step_begins + later)
    thief = Client()
    give_password(thief)
    answer = thief.post(reverse("mfa_authenticate"), {"code": code})

    assert answer.status_code == 200
    assert "El código no es ese" in answer.text
    assert thief.get(reverse("own-account")).status_code == 302


def test_the_answer_to_a_wrong_password_is_the_answer_to_an_unknown_address(client, staff):
    known = give_password(client, "otra clave cualquiera")
    unknown = give_password(Client(), "otra clave cualquiera", "nadie@ejemplo.pe")

    assert known.status_code == unknown.status_code == 200
    assert said(known) == said(unknown)
    assert "El correo o la clave no son esos." in known.content.decode()


def said(answer) -> str:
    text = answer.content.decode()
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)
    return re.sub(r"[a-z]+@ejemplo\.pe", "CORREO", text)


def test_a_forgotten_password_answers_known_and_unknown_alike_and_writes_to_both(client, staff):
    answers = [
        Client().post(reverse("account_reset_password"), {"email": email})
        for email in ("nelida@ejemplo.pe", "nadie@ejemplo.pe")
    ]

    assert [(a.status_code, a.url) for a in answers] == [(302, "/ingresar/clave/enviada/")] * 2
    assert [m.to for m in mail.outbox] == [["nelida@ejemplo.pe"], ["nadie@ejemplo.pe"]]
    assert "/ingresar/clave/nueva/" in mail.outbox[0].body
    assert "http" not in mail.outbox[1].body


def test_a_new_password_by_mail_does_not_pass_the_second_step(client, enrolled):
    client.post(reverse("account_reset_password"), {"email": enrolled.email})
    link = re.search(r"http://testserver(\S+)", mail.outbox[0].body)[1]
    page = client.get(link, follow=True)
    words = {"password1": "otra piedra muy menuda", "password2": "otra piedra muy menuda"}
    client.post(page.redirect_chain[-1][0], words)

    assert client.get(reverse("own-account")).status_code == 302
    answer = give_password(client, "otra piedra muy menuda")
    assert answer.url == reverse("mfa_authenticate")
    assert client.get(link, follow=True).context["token_fail"]


def test_short_and_common_passwords_are_refused(client, staff):
    sign_in(client, staff)
    for password in ("corta 123", "123456789012", "nelida@ejemplo.pe"):
        page = client.post(
            reverse("account_change_password"),
            {"oldpassword": PASSWORD, "password1": password, "password2": password},
        )
        assert page.status_code == 200
        assert page.context["form"].errors["password1"]


def test_no_session_or_cookie_holds_a_secret_between_the_two_steps(client, enrolled):
    give_password(client)

    kept = repr(dict(client.session)) + repr(client.cookies)
    assert PASSWORD not in kept
    assert SECRET not in kept
    secret = Authenticator.objects.get(user=enrolled, type="totp").data["secret"]
    assert SECRET not in secret


# --- Setting up the second step -----------------------------------------------------------------
def test_staff_without_a_second_step_reach_only_its_setting_up(client, staff):
    give_password(client)

    assert client.get(reverse("account-list")).url == reverse("mfa_index")
    assert client.get(reverse("own-account")).url == reverse("mfa_index")
    assert client.get(reverse("mfa_index")).status_code == 200
    assert client.get(reverse("mfa_view_recovery_codes")).url == reverse("mfa_index")


@pytest.mark.django_db(transaction=True)
def test_setting_up_the_application_opens_the_work_and_gives_backup_codes(client, staff):
    give_password(client)
    reauthentication = client.get(reverse("mfa_activate_totp"))
    client.post(reauthentication.url, {"password": PASSWORD})
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret

    answer = client.post(reverse("mfa_activate_totp"), {"code": code_now(secret)})

    assert answer.url == reverse("mfa_view_recovery_codes")
    assert len(client.get(answer.url).context["unused_codes"]) == 10
    assert client.get(reverse("own-account")).status_code == 200
    assert [m.subject for m in mail.outbox] == [
        "Entraron a tu cuenta desde otro navegador",
        "Aplicación de códigos puesta",
    ]


def test_another_session_with_the_password_only_must_prove_the_factor_set_up_meanwhile(
    client, staff
):
    """Whoever knew the password first does not ride on the factor its owner sets up later."""
    sign_in_with(client, staff, "password")
    accounts.enrol_totp(user=staff, secret=SECRET)

    for name in ("own-account", "mfa_index", "mfa_activate_totp", "mfa_add_webauthn"):
        assert client.get(reverse(name)).url == reverse("mfa_reauthenticate")
    client.post(reverse("mfa_reauthenticate"), {"code": code_now()})
    assert client.get(reverse("own-account")).status_code == 200


def test_the_only_second_step_of_staff_cannot_be_taken_away(client, enrolled):
    sign_in(client, enrolled)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    client.post(reverse("mfa_deactivate_totp"))

    assert Authenticator.objects.filter(user=enrolled, type="totp").exists()


def test_factors_change_only_after_the_password_is_given_again(client, enrolled):
    sign_in(client, enrolled)

    for name in ("mfa_deactivate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes"):
        assert client.get(reverse(name)).url.startswith(reverse("account_reauthenticate"))


def test_a_backup_code_serves_once(client, enrolled):
    code = RecoveryCodes.activate(enrolled).get_unused_codes()[0]
    give_password(client)
    assert client.post(reverse("mfa_authenticate"), {"code": code}).url == "/inicio/"
    other = Client()
    give_password(other)
    assert other.post(reverse("mfa_authenticate"), {"code": code}).status_code == 200


# --- Sessions -----------------------------------------------------------------------------------
def shift(client: Client, **moments: timedelta) -> None:
    session = client.session
    for key, ago in moments.items():
        session[key] = (timezone.now() - ago).isoformat()
    session.save()


def test_a_staff_session_ends_after_half_an_hour_unused_and_after_twelve_hours(client, enrolled):
    own = reverse("own-account")
    sign_in(client, enrolled)
    shift(client, seen_at=timedelta(minutes=29))
    assert client.get(own).status_code == 200
    shift(client, seen_at=timedelta(minutes=31))
    assert client.get(own).status_code == 302

    sign_in(client, enrolled)
    shift(client, began_at=timedelta(hours=11, minutes=59))
    assert client.get(own).status_code == 200
    shift(client, began_at=timedelta(hours=12, minutes=1))
    assert client.get(own).status_code == 302


def test_a_members_session_lasts_a_month_unused_and_stays_in_its_browser(client, member):
    own = reverse("own-account")
    sign_in(client, member)
    shift(client, began_at=timedelta(days=29), seen_at=timedelta(days=29))
    assert client.get(own).status_code == 200
    shift(client, began_at=timedelta(days=31))
    assert client.get(own).status_code == 302

    sign_in(client, member)
    del client.cookies["equipo"]
    assert client.get(own).status_code == 302


def test_a_session_that_does_not_say_how_it_began_is_not_taken(client, enrolled):
    client.force_login(enrolled)

    assert client.get(reverse("own-account")).status_code == 302


def test_reading_within_a_minute_does_not_write_the_session(
    client, member, django_assert_max_num_queries
):
    sign_in(client, member)
    client.get(reverse("own-account"))

    with django_assert_max_num_queries(3):
        client.get(reverse("landing") + "robots.txt")


def test_entering_gives_a_new_session_and_warns_of_a_new_browser_once(client, enrolled):
    enrolled.last_login = timezone.now()
    enrolled.save()
    client.get(reverse("signin-email"))
    for _time in range(2):
        give_password(client)
        before = client.session.session_key
        client.post(reverse("mfa_authenticate"), {"code": code_now()})
        assert client.session.session_key != before
        client.post(reverse("account_logout"))

    assert [m.subject for m in mail.outbox] == ["Entraron a tu cuenta desde otro navegador"]


def test_she_sees_where_her_account_is_open_and_closes_the_others(client, enrolled):
    other = Client(headers={"user-agent": "Mozilla/5.0 (Linux; Android 13) Chrome/150 Mobile"})
    for browser in (other, client):
        give_password(browser)
        browser.post(reverse("mfa_authenticate"), {"code": code_now()})

    page = client.get(reverse("usersessions_list")).content.decode()
    assert "Chrome en Android" in page
    client.post(reverse("usersessions_list"))

    assert other.get(reverse("own-account")).status_code == 302
    assert client.get(reverse("own-account")).status_code == 200
    assert UserSession.objects.filter(user=enrolled).count() == 1


def test_suspending_ends_every_session_and_link_at_the_next_request(
    client, enrolled, administrator
):
    sign_in(client, enrolled)
    token = accounts.open_invitation(user=enrolled, by=administrator)
    assert client.get(reverse("own-account")).status_code == 200

    accounts.deactivate_account(user=enrolled, by=administrator)

    assert client.get(reverse("own-account")).status_code == 302
    assert client.get(reverse("invitation", args=[token])).status_code == 404
    assert give_password(Client()).url == reverse("account_inactive")


def test_a_role_ended_stops_counting_at_the_next_request(client, enrolled, administrator):
    sign_in(client, enrolled)
    assert client.get(reverse("components")).status_code == 200

    accounts.end_role(assignment=enrolled.role_assignments.get(), by=administrator)

    assert client.get(reverse("components")).status_code == 403


def test_entering_leads_nowhere_outside(client, enrolled):
    for target in ("https://otra.pe/", "//otra.pe", "/\\otra.pe", "javascript:alert(1)"):
        browser = Client()
        browser.post(
            reverse("signin-email"),
            {"login": enrolled.email, "password": PASSWORD, "next": target},
        )
        answer = browser.post(reverse("mfa_authenticate"), {"code": code_now()})
        assert answer.url == "/inicio/"


# --- Invitations --------------------------------------------------------------------------------
def test_an_invitation_sets_the_password_once_and_goes_on_to_the_second_step(client, administrator):
    user, token = accounts.invite(
        name="Rosa Mamani", email="rosa@ejemplo.pe", by=administrator, role=Role.AUDITOR
    )
    address = reverse("invitation", args=[token])
    words = {"password1": "ocho cerros de piedra", "password2": "ocho cerros de piedra"}

    assert client.post(address, words | {"password2": "otra"}).context["form"].errors
    answer = client.post(address, words)

    assert client.get(answer.url).url == reverse("mfa_index")
    assert Client().post(address, words).status_code == 404
    link = AccountLink.objects.get(user=user)
    assert link.used_at
    assert token not in link.token_hash


def test_an_invitation_is_over_after_72_hours_or_when_another_is_sent(client, administrator):
    user, token = accounts.invite(
        name="Rosa Mamani", email="rosa@ejemplo.pe", by=administrator, role=Role.AUDITOR
    )
    link = AccountLink.objects.get()
    assert link.expires_at - link.created_at <= timedelta(hours=72, seconds=1)
    AccountLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(reverse("invitation", args=[token])).status_code == 404

    newer = accounts.open_invitation(user=user, by=administrator)
    newest = accounts.open_invitation(user=user, by=administrator)
    assert client.get(reverse("invitation", args=[newer])).status_code == 404
    assert client.get(reverse("invitation", args=[newest])).status_code == 200


# --- Every way in -------------------------------------------------------------------------------
WAYS_IN = {
    "account_login",
    "signin-email",
    "signin-phone",
    "signin-code",
    "signin-person",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "invitation",
    "account_signup",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
}


def test_every_way_in_is_known_and_signing_up_is_not_one(client, db):
    assert {
        p.name for p in urlpatterns if str(p.pattern).lstrip("^").startswith("ingresar/")
    } == WAYS_IN
    answer = client.post(
        reverse("account_signup"),
        {"email": "intrusa@ejemplo.pe", "password1": PASSWORD, "password2": PASSWORD},
    )
    assert answer.status_code == 405
    assert User.objects.count() == 0


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/login/",
        "/ingresar/login/",
        "/ingresar/signup/",
        "/ingresar/2fa/authenticate/",
        "/ingresar/login/code/",
        "/ingresar/email/",
        "/cuenta/password/set/",
        "/ingresar/3rdparty/",
        "/_allauth/browser/v1/auth/login",
        "/administracion/password_change/",
    ],
)
def test_no_other_door_of_allauth_exists(client, db, path):
    assert client.get(path).status_code == 404

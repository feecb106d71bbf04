"""Headers of every kind of answer, refusals and faults included: the Observatory's tariff."""

import subprocess
import sys
from contextlib import closing

import pytest
from django.conf import settings as portal
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.test import Client
from django.urls import path, reverse

from members.actions import signin
from members.models import Role
from network.urls import urlpatterns as portal_urlpatterns
from tests.architecture.observatory import score
from tests.factories.accounts import RoleAssignmentFactory, UserFactory
from tests.factories.members import PersonFactory, PhoneFactory

# Without a cookie: no credit for cookies. The most that can be had is 155.
PAGE_SCORE = 150


def broken(request) -> HttpResponse:
    raise RuntimeError("una falla")


urlpatterns = [path("falla/", broken, name="broken"), *portal_urlpatterns]


@pytest.fixture
def visitor(https, quiet) -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("/", 200),
        ("/ingresar/", 200),
        ("/ingresar/celular/", 200),
        ("/no/existe/", 404),
        ("/mi/" + "x" * 43 + "/", 404),
        ("/personas/", 302),
        ("/salir/", 405),
        ("/salud/", 200),
        ("/robots.txt", 200),
        ("/static/css/tokens.css", 200),
        ("/static/no-existe.css", 404),
    ],
)
def test_every_kind_of_answer_scores_the_best_there_is(visitor, db, address, code):
    with closing(visitor.get(address, secure=True)) as answer:
        assert answer.status_code == code
        assert score(answer) >= PAGE_SCORE


def test_a_fault_a_wrong_host_and_a_forged_form_keep_their_headers(visitor, db, settings):
    settings.ROOT_URLCONF = __name__
    fault = visitor.get("/falla/", secure=True)
    host = visitor.get("/", secure=True, headers={"host": "otra.pe"})
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    forged = strict.post(reverse("signin-phone"), {"phone": "951000720"}, secure=True)

    assert [a.status_code for a in (fault, host, forged)] == [500, 400, 403]
    assert min(score(a) for a in (fault, host, forged)) >= PAGE_SCORE
    assert "una falla" not in fault.content.decode()


def test_plain_http_is_sent_to_https(visitor, db):
    answer = visitor.get("/ingresar/")

    assert (answer.status_code, answer.url) == (301, "https://testserver/ingresar/")


def test_too_many_attempts_keep_their_headers(visitor, db):
    for _time in range(40):
        answer = visitor.post(reverse("signin-email"), {"login": "a@b.pe"}, secure=True)

    assert answer.status_code == 429
    assert score(answer) >= PAGE_SCORE


def test_every_cookie_is_bound_to_this_host_and_out_of_scripts_reach(visitor, db, member_entered):
    assert {cookie.key for cookie in member_entered} >= {"__Host-sesion", "__Host-csrf"}
    for cookie in member_entered:
        assert cookie["secure"], cookie.key
        assert cookie["httponly"], cookie.key
        assert cookie["samesite"] in {"Lax", "Strict"}
        assert cookie["path"] == "/"
        assert not cookie["domain"]


@pytest.fixture
def member_entered(visitor, db):
    """Every cookie set on the way in by phone."""
    person = PhoneFactory(person=PersonFactory()).person
    RoleAssignmentFactory(user=UserFactory(email=None, person=person), role=Role.MEMBER)
    set_on_the_way = []
    codes = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signin.secrets, "randbelow", lambda top: 123456)
        for address, words in [
            (reverse("signin-phone"), None),
            (reverse("signin-phone"), {"phone": "951000720"}),
            (reverse("signin-code"), {"code": "123456"}),
            (reverse("own-record"), None),
        ]:
            ask = visitor.get if words is None else visitor.post
            answer = ask(address, words or {}, secure=True)
            codes.append(answer.status_code)
            set_on_the_way += [c for c in answer.cookies.values() if c["max-age"] != 0]
    assert codes == [200, 302, 302, 200]
    return set_on_the_way


def test_the_policy_lets_nothing_in_from_elsewhere():
    directives = portal.CONTENT_SECURITY_POLICY["DIRECTIVES"]

    assert directives["default-src"] == ["'none'"]
    for name, sources in directives.items():
        allowed = {"'self'", "'none'"} | ({"data:"} if name == "img-src" else set())
        assert set(sources) <= allowed, name


def test_names_of_cookies_are_bound_to_the_host_in_production():
    """Read from the settings of `make check`, which are production's."""
    code = "import network.settings_check as s; print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME)"
    said = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=portal.BASE_DIR,
    )
    assert said.stdout.split() == ["__Host-sesion", "__Host-csrf"]


def test_the_styles_are_found():
    assert finders.find("css/tokens.css")

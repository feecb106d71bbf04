import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.cache.backends.redis import RedisCache
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.files.base import ContentFile
from django.template.loader import render_to_string
from django.test import Client
from django.urls import include, path

from members.models import Role
from network.base.figures import Figure
from network.base.static import PortalStaticFilesStorage
from network.home import gallery, public
from tests.factories.accounts import RoleAssignmentFactory, sign_in

pytestmark = pytest.mark.django_db


def _forbidden(request):
    raise PermissionDenied


def _bad(request):
    raise BadRequest


def _broken(request):
    raise RuntimeError


urlpatterns = [
    path("prohibida/", _forbidden),
    path("mala/", _bad),
    path("rota/", _broken),
    path("", include("network.urls")),
]


@pytest.fixture
def counted(monkeypatch):
    def figures(**counts):
        declared = {
            name: Figure(
                name, name, f"Define {name}.", lambda _asked, count=count: count, is_public=True
            )
            for name, count in counts.items()
        }
        monkeypatch.setattr(public, "public_figures", lambda: declared)

    return figures


def test_without_a_count_the_landing_shows_only_what_is_declared(client, counted):
    counted()

    html = client.get("/").content.decode()

    assert "figure__value" not in html
    assert "<strong>Cifra declarada:</strong> más de 400 (2025)" in html
    assert "Ninguna ley se ha aprobado todavía." in html


def test_the_landing_sets_the_counted_beside_the_declared(client, counted):
    counted(women=1412, organisations=25)

    html = client.get("/").content.decode()

    assert re.findall(r'figure__value">([^<]+)<', html) == ["1,412", "25"]
    assert html.count("Cifra declarada:") == 4
    assert "Define women." in html


def test_the_landing_never_publishes_a_small_count(client, counted):
    counted(women=3)

    html = client.get("/").content.decode()

    assert re.findall(r'figure__value">([^<]+)<', html) == ["menos de 5"]


def test_the_landing_draws_the_map_once_departments_are_counted(client, monkeypatch):
    women = Figure(
        "women", "Mujeres", "Define.", lambda _asked: 151, lambda: {"21": 148, "08": 3}, True
    )
    monkeypatch.setattr(public, "public_figures", lambda: {"women": women})

    html = client.get("/").content.decode()

    assert html.count("tile-map__cell") == 25
    assert "<title>Cusco: menos de 5</title>" in html
    assert ">148<" not in html


def test_many_visits_count_once_and_without_a_cache_the_landing_still_opens(client, monkeypatch):
    counts = []
    women = Figure("women", "", "", lambda _asked: counts.append(1) or 1412, is_public=True)
    monkeypatch.setattr(public, "public_figures", lambda: {"women": women})

    client.get("/")
    client.get("/")
    assert len(counts) == 1

    monkeypatch.setattr(public, "cache", RedisCache("redis://127.0.0.1:1/0", {}))
    assert ">1,412<" in client.get("/").content.decode()


def test_a_figure_that_is_not_public_is_not_published(monkeypatch):
    secret = Figure("women", "Mujeres", "Define.", lambda _asked: 151)
    monkeypatch.setattr("network.base.figures.declared", lambda kind: {"women": secret})

    assert [line.counted for line in public.headline()] == [None] * 4


def test_the_gallery_opens_to_a_coordinator_and_not_to_a_trainer(client):
    coordinator = RoleAssignmentFactory(role=Role.NATIONAL_COORDINATOR).user
    trainer = RoleAssignmentFactory(role=Role.TRAINER).user

    assert client.get("/ui/").url == "/ingresar/?next=/ui/"
    assert sign_in(Client(), trainer).get("/ui/").status_code == 403
    assert "Muestrario" in sign_in(client, coordinator).get("/ui/").content.decode()


def test_the_gallery_names_every_sign_of_the_sprite():
    sprite = Path(finders.find("icons.svg")).read_text()

    assert {*gallery.ICONS, "mark"} == set(re.findall(r'<symbol id="(\w+)"', sprite))


@pytest.mark.parametrize(
    ("role", "scope", "word"),
    [
        (Role.NATIONAL_COORDINATOR, "Toda la red", "Coordinadora nacional"),
        (Role.MEMBER, "Su propia ficha", "Socia"),
    ],
)
def test_the_frame_says_under_which_role_she_works(client, role, scope, word):
    account = RoleAssignmentFactory(role=role, user__name="Nélida Ccopa").user

    html = sign_in(client, account).get("/").content.decode()

    assert f"<strong>{scope}</strong>" in html
    assert f"Nélida Ccopa</a> · {word}</span>" in html


def test_the_demonstration_is_marked_on_every_page(client, settings):
    mark = "Datos de demostración."

    settings.DEMO = True
    assert mark in client.get("/").content.decode()
    assert mark in client.get("/no-existe/").content.decode()
    settings.DEMO = False
    assert mark not in client.get("/").content.decode()


def test_a_language_is_kept_in_the_browser_and_she_comes_back_where_she_was(client):
    answer = client.post("/idioma/", {"language": "en", "next": "/?a=1"})

    assert (answer.status_code, answer.url) == (302, "/?a=1")
    assert answer.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en"
    assert '<html lang="en">' in client.get("/").content.decode()


def test_a_language_is_kept_in_the_account(client):
    account = RoleAssignmentFactory(role=Role.NATIONAL_COORDINATOR).user
    sign_in(client, account).post("/idioma/", {"language": "en"})

    account.refresh_from_db()

    assert account.language == "en"


@pytest.mark.parametrize("elsewhere", ["https://example.com/", "//example.com", "", "javascript:x"])
def test_the_language_form_never_leads_to_another_site(client, elsewhere):
    assert client.post("/idioma/", {"language": "en", "next": elsewhere}).url == "/"


@pytest.mark.parametrize(("method", "code"), [("get", 405), ("post", 404)])
def test_only_a_known_language_can_be_chosen(client, method, code):
    assert getattr(client, method)("/idioma/", {"language": "xx"}).status_code == code


def test_robots_see_the_landing_only(client):
    answer = client.get("/robots.txt")

    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode().splitlines()[-1] == "Disallow: /"


def test_the_security_contact_is_published_when_there_is_one(client, settings):
    assert client.get("/.well-known/security.txt").status_code == 404

    settings.SECURITY_CONTACT = "mailto:seguridad@ejemplo.pe"
    text = client.get("/.well-known/security.txt").content.decode()

    assert "Contact: mailto:seguridad@ejemplo.pe\n" in text
    assert re.search(r"^Expires: \d{4}-\d\d-\d\dT00:00:00Z$", text, re.M)


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("address", "code", "words"),
    [
        ("/prohibida/", 403, "No puedes abrir esta página"),
        ("/no-existe/", 404, "No encontramos esta página"),
        ("/mala/", 400, "No entendimos el pedido"),
        ("/rota/", 500, "Algo falló de nuestro lado"),
    ],
)
def test_an_error_says_in_plain_words_what_to_do_next(address, code, words, settings):
    answer = Client(raise_request_exception=False).get(address)

    html = answer.content.decode()
    assert answer.status_code == code
    assert f"<h1>{words}</h1>" in html
    assert f"<title>{words} · RNM-MAPE</title>" in html
    assert "Ir al inicio" in html


def test_a_stale_form_is_answered_in_plain_words():
    answer = Client(enforce_csrf_checks=True).post("/idioma/", {"language": "en"})

    assert answer.status_code == 403
    assert "No pudimos recibir lo que enviaste" in answer.content.decode()


def test_the_page_of_a_failure_asks_nothing_of_the_database(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert "Algo falló" in render_to_string("500.html")


def test_no_page_carries_what_the_policy_would_block(client):
    for address in ("/", "/no-existe/"):
        html = client.get(address).content.decode()

        assert not re.search(r"<style|<script(?![^>]* src=)| style=| on\w+=|javascript:", html)


def test_css_stays_under_its_weight_and_its_rules():
    sheets = sorted(Path(finders.find("css/base.css")).parent.rglob("*.css"))
    whole = "".join(sheet.read_text() for sheet in sheets)
    linked = re.findall(r'static "(css/[^"]+)"', Path("templates/_styles.html").read_text())

    assert len(gzip.compress(whole.encode())) < 25_000
    assert not re.search(r"!important|@layer|@import", whole)
    assert len(linked) <= 8
    # The answers about a certificate have a sheet of their own and no other.
    linked += ["css/check.css"]
    assert {finders.find(name) for name in linked} == {str(sheet) for sheet in sheets}


def test_modules_import_each_other_under_hashed_names(tmp_path):
    storage = PortalStaticFilesStorage(location=tmp_path, base_url="/static/")
    paths = {}
    for name in ("js/main.js", "js/dates.js", "js/ticks.js"):
        storage.save(name, ContentFile(Path(finders.find(name)).read_bytes()))
        paths[name] = (storage, name)

    assert not [error for *_names, error in storage.post_process(paths) if error is not True]

    main = (tmp_path / storage.stored_name("js/main.js")).read_text()
    assert re.search(r'from "\./dates\.[0-9a-f]{12}\.js"', main)

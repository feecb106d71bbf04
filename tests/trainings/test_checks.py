"""What anyone is told of a code, at /c/<code>/, and how nobody finds codes by trying."""

import base64
import gzip
import json
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone
from openbadgeslib.ob3 import OB3VerificationError, OB3Verifier
from PIL import Image

from tests.factories.members import ConsentFactory
from tests.factories.trainings import CompletionFactory
from tests.pages import text_of
from trainings.actions import misses
from trainings.actions.certificates import (
    issue_certificates,
    reissue_certificate,
    revoke_certificate,
)
from trainings.models import Certificate, CodeMiss

pytestmark = pytest.mark.django_db
SITE = "https://portal.ejemplo.pe"
DOCUMENT = "40881412"
PAGE_BYTES, PICTURE_BYTES = 14 * 1024, 100 * 1000


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL = SITE
    settings.HTTPS = True


@pytest.fixture
def certificate() -> Certificate:
    completion = CompletionFactory(
        enrolment__person__dni=DOCUMENT, valid_until=timezone.localdate() + timedelta(days=400)
    )
    return issued(completion)


def issued(completion) -> Certificate:
    today = timezone.localdate()
    return issue_certificates(completions=[completion], by=None, issued_on=today).new[0]


def asked(code: str, **headers: str):
    return Client().get(f"/c/{code}/", **headers)


def agrees(certificate: Certificate) -> None:
    ConsentFactory(person=certificate.completion.person, purpose="testimony", is_granted=True)


# --- Five answers --------------------------------------------------------------------------------
def test_valid(certificate):
    answer = asked(certificate.printed_code)

    text = text_of(answer)
    assert answer.status_code == 200
    assert "Vigente" in text
    assert "Felícitas A. C." in text
    assert certificate.completion.course.name in text
    assert "El DNI no se publica" in text


def test_expired():
    completion = CompletionFactory(completed_on=date(2020, 1, 1), valid_until=date(2021, 1, 1))

    answer = asked(issued(completion).code)

    assert answer.status_code == 200
    assert "Vencida" in text_of(answer)
    assert "Venció el 1 de enero de 2021" in text_of(answer)


def test_one_that_never_expires_says_so():
    assert "es de la red y no vence" in text_of(asked(issued(CompletionFactory()).code))


def test_replaced_leads_to_the_new_one(certificate, national):
    person = certificate.completion.person
    person.maternal_surname = "Kunturi"
    person.save()
    copy = reissue_certificate(certificate=certificate, by=national, reason="secreto interno")

    answer = asked(certificate.code)

    assert answer.status_code == 200
    assert "Reemplazada" in text_of(answer)
    assert "Se corrigió un nombre. La que vale es el duplicado n.º 2" in text_of(answer)
    assert f'href="/c/{copy.printed_code}/"' in answer.content.decode()
    assert "secreto interno" not in text_of(answer)
    assert "Vigente" in text_of(asked(copy.code))


def test_annulled_says_day_and_category_and_never_the_note(certificate, national):
    revoke_certificate(
        certificate=certificate, category="error", note="la firmó mal Rosa", by=national
    )

    answer = asked(certificate.code)

    assert answer.status_code == 200
    assert "Anulada" in text_of(answer)
    assert "Se emitió por error." in text_of(answer)
    assert "Rosa" not in text_of(answer)
    assert "Felícitas" not in text_of(answer)


def test_annulled_by_the_rule_says_the_result_was_taken_back_too(certificate, national):
    revoke_certificate(certificate=certificate, category="rule", note="", by=national)

    assert "retiró también el resultado" in text_of(asked(certificate.code))


def test_unknown_is_not_found_with_the_page(certificate):
    answer = asked("RNM-7K4Q-9ZZZ")

    assert answer.status_code == 404
    assert "No hay ninguna constancia con el código RNM-7K4Q-9ZZZ" in text_of(answer)


@pytest.mark.parametrize("text", ["x", "7K4Q", "ñandú", "A" * 300, "<b>hola", "RNM-7K4Q-92T!"])
def test_what_cannot_be_a_code_is_answered_as_what_does_not_exist(text, django_assert_num_queries):
    with django_assert_num_queries(7):
        known_form = asked("RNM-7K4Q-9ZZZ")
    with django_assert_num_queries(7):
        answer = asked(text, REMOTE_ADDR="190.12.0.9")

    assert (answer.status_code, known_form.status_code) == (404, 404)
    assert "<b>hola" not in answer.content.decode()
    assert answer.headers["Cache-Control"] == known_form.headers["Cache-Control"]


@pytest.mark.parametrize("write", [str.lower, lambda c: c.replace("-", " "), lambda c: c[4:]])
def test_a_code_is_found_however_it_is_written(certificate, write):
    assert asked(write(certificate.printed_code)).status_code == 200


# --- Her name ------------------------------------------------------------------------------------
def test_the_whole_name_is_told_only_when_she_agreed(certificate):
    agrees(certificate)

    assert "Felícitas Apaza Condori" in text_of(asked(certificate.code))


@pytest.mark.parametrize("left", ["trashed_at", "withdrawn_at"])
def test_of_a_woman_who_left_the_answer_stays_without_her_name(certificate, left):
    agrees(certificate)
    person = certificate.completion.person
    setattr(person, left, timezone.now())
    person.save()

    answer = asked(certificate.code)

    assert "Vigente" in text_of(answer)
    assert "Felícitas" not in answer.content.decode()
    assert "Apaza" not in answer.content.decode()


def test_the_document_is_in_no_answer(certificate):
    agrees(certificate)
    for path in ("", "credencial.jwt"):
        content = Client().get(f"/c/{certificate.code}/{path}").content.decode()
        body = content.split(".")[1] if path else ""
        assert DOCUMENT not in content + _decoded(body)


def _decoded(part: str) -> str:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode() if part else ""


# --- How it travels ------------------------------------------------------------------------------
def test_it_needs_no_session_and_leaves_none(certificate):
    for path in (f"/c/{certificate.code}/", "/c/", "/c/ZZZZZZZZ/"):
        answer = Client().get(path)
        assert answer.cookies == {}
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex"


def test_the_page_and_its_sheet_fit_in_14_kb(certificate):
    sheet = (django_settings.BASE_DIR / "static/css/check.css").read_bytes()

    for code in (certificate.code, "ZZZZZZZZ"):
        page = asked(code).content
        assert len(gzip.compress(page)) + len(gzip.compress(sheet)) <= PAGE_BYTES
        assert page.count(b"stylesheet") == 1
        assert b"<script" not in page


def test_the_picture_for_whatsapp_is_small_and_names_nobody_who_did_not_agree(certificate):
    page = asked(certificate.code).content.decode()
    picture = Client().get(f"/c/{certificate.printed_code}/tarjeta.png")

    assert f'content="{SITE}/c/{certificate.printed_code}/tarjeta.png"' in page
    assert picture.headers["Content-Type"] == "image/png"
    assert len(picture.content) <= PICTURE_BYTES
    assert Image.open(BytesIO(picture.content)).size == (1200, 630)
    head = page.partition("</head>")[0]
    assert "Felícitas" not in head
    agrees(certificate)
    assert (
        "Felícitas Apaza Condori"
        in asked(certificate.code).content.decode().partition("</head>")[0]
    )
    assert Client().get(f"/c/{certificate.code}/tarjeta.png").content != picture.content


def test_the_box_leads_to_the_answer(certificate):
    form = Client().get("/c/")
    sent = Client().get("/c/", {"codigo": f" {certificate.printed_code.lower()} "})
    empty = Client().get("/c/", {"codigo": "  "})

    assert "Escribe el código" in text_of(form)
    assert sent.url == f"/c/{certificate.printed_code}/"
    assert "Escribe el código." in text_of(empty)
    assert Client().get("/c/", {"codigo": "../a/b?c"}).url == "/c/abc/"


# --- Nobody finds codes by trying ----------------------------------------------------------------
def miss(times: int, **headers: str) -> list[int]:
    return [asked(f"ZZZZ{number:04d}", **headers).status_code for number in range(times)]


def test_whoever_asks_for_many_that_do_not_exist_waits_also_for_one_that_does(certificate):
    assert set(miss(misses.MOST_OF_ONE)) == {404}

    answer = asked(certificate.code)

    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 601
    assert "Puedes comprobar otra vez desde las" in text_of(answer)
    assert "Vigente" not in text_of(answer)
    for path in ("tarjeta.png", "credencial.jwt"):
        assert Client().get(f"/c/{certificate.code}/{path}").status_code == 429
    elsewhere = asked(certificate.code, REMOTE_ADDR="190.12.0.9")
    assert elsewhere.status_code == 200


def test_the_wait_ends(certificate):
    miss(misses.MOST_OF_ONE)
    CodeMiss.objects.update(at=timezone.now() - misses.WINDOW)

    assert asked(certificate.code).status_code == 200


def test_known_codes_may_be_asked_for_without_end(certificate):
    codes = {asked(certificate.code).status_code for _ in range(misses.MOST_OF_ONE + 5)}

    assert codes == {200}
    assert not CodeMiss.objects.exists()


def test_when_everybody_misses_one_miss_is_enough_to_wait(certificate, monkeypatch):
    monkeypatch.setattr(misses, "MOST_OF_ALL", 5)
    for number in range(5):
        miss(1, REMOTE_ADDR=f"190.12.0.{number}")

    assert asked(certificate.code, REMOTE_ADDR="190.12.0.1").status_code == 429
    # A telephone that reads a QR has missed nothing.
    assert asked(certificate.code, REMOTE_ADDR="190.12.0.99").status_code == 200


def test_an_ipv6_customer_is_one_asker_and_no_address_is_kept():
    one, other = misses.asker_of("2001:db8::1"), misses.asker_of("2001:db8::ffff:1")

    assert one == other != misses.asker_of("2001:db8:0:1::1")
    assert misses.asker_of("no es una") != one
    miss(1, REMOTE_ADDR="190.12.0.1")
    assert b"190.12.0.1" not in bytes(CodeMiss.objects.get().asker)


def test_old_misses_are_forgotten():
    miss(1)
    CodeMiss.objects.update(at=timezone.now() - misses.KEPT - timedelta(minutes=1))

    miss(1)

    assert CodeMiss.objects.count() == 1


# --- Open Badges 3.0, verified by openbadgeslib --------------------------------------------------
def fetch(url: str) -> bytes:
    assert url.startswith(SITE)
    answer = Client().get(url.removeprefix(SITE))
    assert answer.status_code == 200
    return answer.content


def verified(token: str):
    verifier = OB3Verifier.for_issuer_did("did:web:portal.ejemplo.pe", download=fetch)
    return verifier.verify(token, check_status=True, download=fetch)


def credential(certificate: Certificate) -> str:
    return Client().get(f"/c/{certificate.code}/credencial.jwt").content.decode()


def payload_of(token: str) -> dict:
    return json.loads(_decoded(token.split(".")[1]))


def test_a_credential_is_verified_by_a_program_that_is_not_ours(certificate):
    found = verified(credential(certificate))

    assert found.issuer.id == "did:web:portal.ejemplo.pe"
    assert found.issuer.name == "Red Nacional de Mujeres Mineras"
    assert found.achievement.name == certificate.completion.course.name
    assert "80 %" in found.achievement.criteria_narrative
    assert found.expiration_date.date() >= certificate.valid_until


def test_a_changed_credential_is_refused_by_it(certificate):
    head, body, seal = credential(certificate).split(".")
    changed = _decoded(body).replace(certificate.completion.course.name, "Otro curso", 1)
    forged = base64.urlsafe_b64encode(changed.encode()).decode().rstrip("=")

    with pytest.raises(OB3VerificationError, match="signature"):
        verified(f"{head}.{forged}.{seal}")


@pytest.mark.parametrize("ended", ["annulled", "replaced"])
def test_a_credential_that_was_taken_home_stops_being_valid(certificate, national, ended):
    other = issued(CompletionFactory())
    token, another = credential(certificate), credential(other)
    if ended == "annulled":
        revoke_certificate(certificate=certificate, category="error", note="", by=national)
    else:
        certificate.completion.person.maternal_surname = "Kunturi"
        certificate.completion.person.save()
        reissue_certificate(certificate=certificate, by=national, reason="nombre")

    with pytest.raises(OB3VerificationError, match=r"(?i)revo"):
        verified(token)
    verified(another)
    assert Client().get(f"/c/{certificate.code}/credencial.jwt").status_code == 410


def test_an_expired_credential_is_refused_by_it():
    completion = CompletionFactory(completed_on=date(2020, 1, 1), valid_until=date(2021, 1, 1))

    with pytest.raises(OB3VerificationError, match="expired"):
        verified(credential(issued(completion)))


def test_what_an_older_key_signed_still_verifies(certificate, settings):
    token, old = credential(certificate), settings.ISSUER_KEY
    settings.ISSUER_KEY = f"{base64.b64encode(b'n' * 32).decode()},{old}"

    verified(token)
    assert verified(credential(certificate))
    settings.ISSUER_KEY = settings.ISSUER_KEY.partition(",")[0]
    with pytest.raises(OB3VerificationError):
        verified(token)


def test_a_credential_says_of_her_only_the_name_she_agreed_to(certificate):
    silent = payload_of(credential(certificate))
    agrees(certificate)
    named = payload_of(credential(certificate))

    assert "identifier" not in silent["credentialSubject"]
    assert "Felícitas" not in json.dumps(silent, ensure_ascii=False)
    (identifier,) = named["credentialSubject"]["identifier"]
    assert identifier["identityHash"] == "Felícitas Apaza Condori"
    assert identifier["hashed"] is False
    assert str(certificate.completion.person_id) not in json.dumps(named)


def test_the_public_keys_are_at_their_well_known_addresses(client):
    keys = client.get("/.well-known/jwks.json")
    (key,) = keys.json()["keys"]

    assert key["kty"] == "OKP"
    assert "d" not in key
    assert client.get("/.well-known/did.json").json()["id"] == "did:web:portal.ejemplo.pe"

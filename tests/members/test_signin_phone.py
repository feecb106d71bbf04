"""The code by phone: its limits under floods and races, and the same answer for unknown numbers."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from members.actions import accounts, signin
from members.forms.signin import PhoneSignInForm
from members.models import LoginCode, Role, User
from members.tasks import purge_sign_in, send_login_code, send_login_codes
from network.base.dates import hour
from network.base.errors import Refused
from network.base.fields import index_of
from network.channels import texts
from tests.architecture.access_matrix import PAGES, PUBLIC
from tests.factories.accounts import RoleAssignmentFactory, UserFactory, sign_in_with
from tests.factories.members import PersonFactory, PhoneFactory

NUMBER = "+51951000720"
UNKNOWN = "+51951000721"


class FakePhone:
    """Where texts arrive in the tests."""

    def __init__(self) -> None:
        self.texts: list[tuple[str, str, str]] = []

    def send_text(self, number: str, text: str, *, idempotency_key: str) -> None:
        self.texts.append((number, text, idempotency_key))

    @property
    def code(self) -> str:
        return re.search(r"\d{6}", self.texts[-1][1])[0]


@pytest.fixture
def phone(monkeypatch) -> FakePhone:
    fake = FakePhone()
    monkeypatch.setattr(signin, "text_channel", lambda: fake)
    return fake


@pytest.fixture
def felicitas_account(db) -> User:
    person = PhoneFactory(person=PersonFactory(), number=NUMBER).person
    user = UserFactory(email=None, name=person.full_name, person=person)
    RoleAssignmentFactory(user=user, role=Role.MEMBER)
    return user


def ask(client: Client, number: str = "951 000 720"):
    return client.post(reverse("signin-phone"), {"phone": number})


# --- The straight way ---------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_a_member_enters_with_the_code_that_reached_her_phone(client, phone, felicitas_account):
    answer = ask(client)
    assert answer.url == reverse("signin-code")
    (number, text, key) = phone.texts[0]
    assert number == NUMBER
    assert len(text) <= 160
    assert text.isascii()
    row = LoginCode.objects.get()
    assert key == str(row.pk)
    assert row.message_sealed is None
    assert phone.code not in row.code_hash

    answer = client.post(answer.url, {"code": f" {phone.code[:3]} {phone.code[3:]}"})

    assert answer.url == reverse("own-record")
    page = client.get(answer.url)
    assert "Felícitas Apaza Condori" in page.content.decode()
    assert client.session.get_expiry_age() > timedelta(days=29).total_seconds()


@pytest.mark.django_db(transaction=True)
def test_a_code_opens_her_own_record_only_even_to_a_leader(client, phone, felicitas_account):
    RoleAssignmentFactory(user=felicitas_account, role=Role.NATIONAL_COORDINATOR)
    ask(client)
    client.post(reverse("signin-code"), {"code": phone.code})

    assert client.get(reverse("own-record")).status_code == 200
    assert client.get(reverse("components")).status_code == 403
    assert client.get(reverse("mfa_activate_totp")).status_code == 403
    assert client.get(reverse("account_change_password")).status_code == 403


@pytest.mark.parametrize("way", ["an e-mail", "a role", "a role to come"])
def test_a_code_reaches_nothing_else_of_an_account_of_staff(client, felicitas_account, way):
    """Not her name, her sessions, her files, her views: every page and act of the table."""
    if way == "an e-mail":
        felicitas_account.email = "felicitas@ejemplo.pe"
        felicitas_account.save()
    else:
        begins = timezone.localdate() + timedelta(days=way == "a role to come")
        RoleAssignmentFactory(
            user=felicitas_account, role=Role.NATIONAL_COORDINATOR, starts_on=begins
        )
    sign_in_with(client, felicitas_account, "code")
    asked = {"name": "Otra", "language": "en"}

    answers = {
        (page.name, method): client.generic(
            method, reverse(page.name), urlencode(asked), "application/x-www-form-urlencoded"
        ).status_code
        for page in PAGES
        if page.permission not in {PUBLIC, "own_record"} and not page.row
        for method in page.methods
    }

    assert set(answers) >= {("own-account", "POST"), ("usersessions_list", "POST")}
    assert {key for key, status in answers.items() if status != 403} == set()
    page = client.get(reverse("own-record"))
    assert page.status_code == 200
    assert reverse("own-account") not in page.content.decode()
    felicitas_account.refresh_from_db()
    assert felicitas_account.name != "Otra"


def test_a_member_without_work_in_the_portal_sets_her_own_account(client, felicitas_account):
    sign_in_with(client, felicitas_account, "code")

    answer = client.post(reverse("own-account"), {"name": "Felícitas", "language": "en"})

    assert answer.url == reverse("own-account")
    felicitas_account.refresh_from_db()
    assert (felicitas_account.name, felicitas_account.language) == ("Felícitas", "en")


@pytest.mark.django_db(transaction=True)
def test_women_who_share_a_phone_choose_who_they_are(client, phone, felicitas_account):
    sister = PhoneFactory(
        person=PersonFactory(given_names="Rosa Luz", paternal_surname="Mamani"), number=NUMBER
    ).person
    other = UserFactory(email=None, name="Rosa Luz Mamani", person=sister)
    RoleAssignmentFactory(user=other, role=Role.MEMBER)
    stranger = UserFactory(email=None, person=PersonFactory())
    RoleAssignmentFactory(user=stranger, role=Role.MEMBER)
    ask(client)
    answer = client.post(reverse("signin-code"), {"code": phone.code})
    assert answer.url == reverse("signin-person")

    page = client.get(answer.url).content.decode()
    assert "Rosa M." in page
    assert "Felícitas A." in page
    assert "Apaza" not in page
    assert client.post(answer.url, {"account": str(stranger.pk)}).status_code == 200
    assert client.post(answer.url, {"account": str(other.pk)}).url == reverse("own-record")
    assert client.session["_auth_user_id"] == str(other.pk)


def test_who_she_is_cannot_be_chosen_without_a_code(client, felicitas_account):
    answer = client.post(reverse("signin-person"), {"account": str(felicitas_account.pk)})

    assert answer.url == reverse("signin-phone")


@pytest.mark.django_db(transaction=True)
def test_a_code_serves_in_the_browser_that_asked_for_it_only(client, phone, felicitas_account):
    ask(client)
    row = LoginCode.objects.get()
    thief = Client()
    thief.cookies["codigo"] = f"{row.pk}.otro"

    page = thief.post(reverse("signin-code"), {"code": phone.code})

    assert "ya no sirve" in page.content.decode()
    assert client.post(reverse("signin-code"), {"code": phone.code}).url == reverse("own-record")


def test_a_code_is_over_after_five_minutes(phone, felicitas_account):
    row = signin.request_code(number=NUMBER, browser="b")
    signin.send_code(row_id=row.pk)
    late = row.created_at + timedelta(minutes=5, seconds=1)

    with pytest.raises(Refused, match="ya no sirve"):
        signin.check_code(row_id=row.pk, browser="b", code=phone.code, now=late)


# --- Who is not known ---------------------------------------------------------------------------
def hidden(answer) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())


@pytest.mark.django_db(transaction=True)
def test_known_and_unknown_numbers_get_the_same_answers_rows_and_queries(phone, felicitas_account):
    told, statements = [], []
    for number in ("951000720", "951000721"):
        client = Client()
        with CaptureWork() as work:
            asked = ask(client, number)
            page = client.get(asked.url)
            wrong = client.post(asked.url, {"code": "000000"})
            again = ask(client, number)
        statements.append(work.statements)
        told.append(
            (asked.status_code, asked.url, sorted(asked.cookies), hidden(page), hidden(wrong))
        )
        assert "Puedes pedir otro" in again.content.decode()

    assert told[0] == told[1]
    assert statements[0] == statements[1]
    assert LoginCode.objects.count() == 2
    assert [number for number, _text, _key in phone.texts] == [NUMBER]


class CaptureWork:
    """The statements of a request, without their values and without what the worker does."""

    def __enter__(self):
        self.statements: list[str] = []
        self.wrapper = connection.execute_wrapper(self.note)
        self.wrapper.__enter__()
        return self

    def note(self, execute, sql, params, many, context):
        self.statements.append(sql)
        return execute(sql, params, many, context)

    def __exit__(self, *raised):
        self.wrapper.__exit__(*raised)


@pytest.mark.parametrize("number", ["+13055551234", "01 456 7890", "+56 9 5100 0720", "950", "a"])
def test_only_peruvian_mobiles_are_written_to(client, db, phone, number):
    page = ask(client, number)

    assert page.status_code == 200
    assert page.context["form"].errors["phone"]
    assert LoginCode.objects.count() == 0


def test_an_action_given_a_foreign_number_refuses_it_too(db):
    for number in ("+56951000720", "951000720", "+5195100072", "+51951000720\n", "+519٥1000720"):
        with pytest.raises(Refused):
            signin.request_code(number=number, browser="b")


# --- Floods -------------------------------------------------------------------------------------
def spellings(count: int):
    """Ways of writing 951000720: spaces and hyphens put anywhere, prefixes, other digits."""
    digits = "951000720"
    prefixes = ("", "+51", "51", "0051", "+51 ", "(51)")
    alphabets = ("0123456789", "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩")
    made = 0
    for mask in range(1 << 8):
        spaced = "".join(d + (" " if mask >> i & 1 else "") for i, d in enumerate(digits))
        for separator in (" ", "-", ".", "  ", "\u00a0", "\t"):
            for prefix in prefixes:
                written = prefix + spaced.replace(" ", separator)
                yield written.translate(str.maketrans(alphabets[0], alphabets[made % 3]))
                made += 1
                if made == count:
                    return
    for number in range(count - made):
        yield " " * (number % 30) + digits + " " * (number // 30 % 30)


def test_ten_thousand_spellings_of_one_number_are_one_number_to_the_limits(db):
    forms = [PhoneSignInForm({"phone": spelling}) for spelling in spellings(10_000)]
    numbers = [form.cleaned_data["phone"] for form in forms if form.is_valid()]
    assert len(numbers) > 5_000
    assert set(numbers) == {NUMBER}

    now = timezone.now()
    for number in numbers[:200]:
        with suppress(Refused):
            signin.request_code(number=number, browser="b", now=now)

    assert LoginCode.objects.count() == 1


def times_let_through(start, seconds: list[int], use: bool = False) -> list[int]:
    through = []
    for second in seconds:
        try:
            row = signin.request_code(
                number=NUMBER, browser="b", now=start + timedelta(seconds=second)
            )
        except Refused:
            continue
        through.append(second)
        if use:
            LoginCode.objects.filter(pk=row.pk).update(used_at=start)
    return through


def test_a_number_gets_one_code_a_minute_three_in_a_quarter_of_an_hour_six_a_day(db):
    start = timezone.now() - timedelta(days=3)
    moments = [*range(0, 1800, 30), *range(3600, 24 * 3600, 3600)]

    through = times_let_through(start, moments)

    assert through == [0, 60, 120, 900, 960, 1020]
    assert times_let_through(start, [24 * 3600 + 1]) == [24 * 3600 + 1]


def test_a_code_that_was_used_frees_the_short_limits_but_not_the_day(db):
    start = timezone.now() - timedelta(days=3)

    assert times_let_through(start, list(range(0, 100, 10)), use=True) == [0, 10, 20, 30, 40, 50]


def test_twenty_parallel_requests_for_one_number_write_one_code(transactional_db, phone):
    barrier = Barrier(20)

    def request(_number: int) -> int:
        barrier.wait()
        try:
            signin.request_code(number=NUMBER, browser="b")
        except Refused:
            return 0
        finally:
            connection.close()
        return 1

    with ThreadPoolExecutor(20) as threads:
        assert sum(threads.map(request, range(20))) == 1
    assert LoginCode.objects.count() == 1


def test_the_whole_portal_has_a_cap_a_day(db, settings):
    settings.LOGIN_CODES_PER_DAY = 3
    for number in range(3):
        signin.request_code(number=f"+5195100072{number}", browser="b")

    with pytest.raises(Refused, match="Hoy no salen más"):
        signin.request_code(number="+51951000799", browser="b")


def test_a_spoofed_address_frees_nothing(client, db):
    for number in range(4):
        page = client.post(
            reverse("signin-phone"),
            {"phone": "951000720"},
            headers={"x-forwarded-for": f"10.0.0.{number}", "x-real-ip": f"10.0.0.{number}"},
        )
    assert page.context["form"].errors
    assert LoginCode.objects.count() == 1


# --- Guessing -----------------------------------------------------------------------------------
def test_64_parallel_guesses_are_worth_five(transactional_db, phone, monkeypatch):
    row = signin.request_code(number=NUMBER, browser="b")
    looked_at: list[str] = []
    real = signin.check_password

    def watched(code: str, encoded: str) -> bool:
        looked_at.append(code)
        return real(code, encoded)

    monkeypatch.setattr(signin, "check_password", watched)
    barrier = Barrier(64)

    def guess(number: int) -> None:
        barrier.wait()
        try:
            signin.check_code(row_id=row.pk, browser="b", code=f"{number:06d}")
        except Refused:
            pass
        finally:
            connection.close()

    with ThreadPoolExecutor(64) as threads:
        list(threads.map(guess, range(64)))

    assert len(looked_at) == 5
    assert LoginCode.objects.get().tries == 5


def test_a_right_code_given_32_times_at_once_opens_once(transactional_db, phone, felicitas_account):
    row = signin.request_code(number=NUMBER, browser="b")
    barrier = Barrier(32)

    def enter(_number: int) -> int:
        barrier.wait()
        try:
            signin.check_code(row_id=row.pk, browser="b", code=phone.code)
        except Refused:
            return 0
        finally:
            connection.close()
        return 1

    with ThreadPoolExecutor(32) as threads:
        assert sum(threads.map(enter, range(32))) == 1


def test_after_five_wrong_tries_the_right_code_opens_nothing(phone, felicitas_account):
    row = signin.request_code(number=NUMBER, browser="b")
    signin.send_code(row_id=row.pk)
    for _try in range(5):
        with pytest.raises(Refused, match="no es ese"):
            signin.check_code(row_id=row.pk, browser="b", code="abc")

    with pytest.raises(Refused, match="ya no sirve"):
        signin.check_code(row_id=row.pk, browser="b", code=phone.code)


def fail(number: str, now, tries: int = 5) -> None:
    row = signin.request_code(number=number, browser="b", now=now)
    for _try in range(tries):
        with pytest.raises(Refused):
            signin.check_code(row_id=row.pk, browser="b", code="abc", now=now)


def test_ten_wrong_tries_in_an_hour_put_the_phone_at_rest_until_staff_lift_it(
    felicitas_account, national
):
    start = timezone.now()
    fail(NUMBER, start)
    fail(NUMBER, start + timedelta(minutes=2))
    later = start + timedelta(minutes=10)
    with pytest.raises(Refused, match="Espera una hora"):
        signin.request_code(number=NUMBER, browser="b", now=later)
    signin.request_code(number=UNKNOWN, browser="b", now=later)

    accounts.lift_hold(person=felicitas_account.person, by=national)

    signin.request_code(number=NUMBER, browser="b", now=later)
    assert signin.request_code(number=UNKNOWN, browser="b", now=start + timedelta(hours=2))


def test_the_rest_ends_by_itself_after_an_hour(db):
    start = timezone.now()
    fail(NUMBER, start)
    fail(NUMBER, start + timedelta(minutes=2))

    assert signin.request_code(number=NUMBER, browser="b", now=start + timedelta(minutes=61))


# --- Sending ------------------------------------------------------------------------------------
def test_a_text_leaves_once_however_often_the_task_runs(phone, felicitas_account):
    row = signin.request_code(number=NUMBER, browser="b")

    assert [signin.send_code(row_id=row.pk) for _time in range(3)] == [True, False, False]
    assert len(phone.texts) == 1


def test_a_dead_broker_delays_a_code_and_the_sweep_sends_it(
    phone, felicitas_account, monkeypatch, django_capture_on_commit_callbacks
):
    def away(*args: object) -> None:
        raise send_login_code.OperationalError

    monkeypatch.setattr(send_login_code, "delay", away)
    with django_capture_on_commit_callbacks(execute=True):
        signin.request_code(number=NUMBER, browser="b")
    assert phone.texts == []

    send_login_codes()

    assert len(phone.texts) == 1


def test_a_gateway_that_fails_breaks_nothing_and_is_not_asked_again(felicitas_account, monkeypatch):
    class Broken:
        def send_text(self, *args: object, **kwargs: object) -> None:
            raise texts.TextFailed("HTTP 500")

    monkeypatch.setattr(signin, "text_channel", Broken)
    row = signin.request_code(number=NUMBER, browser="b")

    assert signin.send_code(row_id=row.pk) is False
    assert LoginCode.objects.get().message_sealed is None


def test_a_late_code_is_not_sent(phone, felicitas_account):
    row = signin.request_code(number=NUMBER, browser="b", now=timezone.now() - timedelta(minutes=6))

    assert signin.send_code(row_id=row.pk) is False
    assert phone.texts == []


def test_the_broker_sees_only_the_id_of_the_row(
    phone, felicitas_account, monkeypatch, django_capture_on_commit_callbacks
):
    sent = []
    monkeypatch.setattr(send_login_code, "delay", lambda *args: sent.append(args))
    with django_capture_on_commit_callbacks(execute=True):
        row = signin.request_code(number=NUMBER, browser="b")

    assert sent == [(str(row.pk),)]


def test_old_codes_are_forgotten(db):
    signin.request_code(number=NUMBER, browser="b", now=timezone.now() - timedelta(days=3))
    signin.request_code(number=UNKNOWN, browser="b")

    purge_sign_in()

    assert LoginCode.objects.count() == 1


# --- Who a phone opens --------------------------------------------------------------------------
@pytest.mark.parametrize("what", ["inactive", "no_role", "trashed", "retired"])
def test_a_phone_opens_no_account_that_is_shut(felicitas_account, what):
    index = index_of(felicitas_account.person.phones.model, "number_index", NUMBER)
    assert list(signin.accounts_reached_at(index)) == [felicitas_account]
    now = timezone.now()
    if what == "inactive":
        User.objects.update(is_active=False)
    elif what == "no_role":
        felicitas_account.role_assignments.all().delete()
    elif what == "trashed":
        type(felicitas_account.person).objects.update(trashed_at=now)
    else:
        felicitas_account.person.phones.update(retired_at=now)

    assert not signin.accounts_reached_at(index).exists()


# --- Demonstration ------------------------------------------------------------------------------
def test_the_demonstration_code_opens_demonstration_accounts_only(
    settings, phone, felicitas_account
):
    settings.DEMO = True
    row = signin.request_code(number=NUMBER, browser="b")
    signin.send_code(row_id=row.pk)
    signin.check_code(row_id=row.pk, browser="b", code=signin.DEMO_CODE)

    assert not signin.accounts_reached_at(row.phone_index).exists()
    assert phone.texts == []
    User.objects.update(is_demo=True)
    assert signin.accounts_reached_at(row.phone_index).get() == felicitas_account


def test_outside_the_demonstration_its_code_is_a_code_like_any_other(felicitas_account):
    row = signin.request_code(number=NUMBER, browser="b")

    with pytest.raises(Refused):
        signin.check_code(row_id=row.pk, browser="b", code=signin.DEMO_CODE)


def test_a_member_who_is_in_already_is_sent_to_her_record(client, felicitas_account):
    sign_in_with(client, felicitas_account, "code")

    for name in ("account_login", "signin-phone", "signin-code", "signin-person"):
        assert client.get(reverse(name)).url == reverse("own-record")


# --- Neighbours ---------------------------------------------------------------------------------
def ask_from(address: str, number: int, now=None):
    return signin.request_code(
        number=f"+51{number}", browser="a", address=address, now=now or timezone.now()
    )


@pytest.fixture
def crowd(db):
    """Twenty codes asked for by as many numbers, a minute apart, from one neighbourhood."""
    first = timezone.now()
    for count in range(20):
        ask_from(f"181.65.3.{count}", 951000000 + count, first + timedelta(minutes=count))
    return first


def test_the_twenty_first_code_of_an_hour_is_refused_with_the_hour_to_come_back(crowd):
    now = crowd + timedelta(minutes=30)

    with pytest.raises(Refused, match="Desde esta conexión se pidieron muchos códigos") as refusal:
        ask_from("181.65.3.200", 951000720, now)

    assert hour(crowd + timedelta(hours=1, minutes=1)) in refusal.value.message
    assert LoginCode.objects.count() == 20


@pytest.mark.parametrize(("after", "passes"), [(-1, False), (0, True), (1, True)])
def test_the_neighbourhood_is_free_again_when_its_first_code_is_an_hour_old(crowd, after, passes):
    now = crowd + timedelta(hours=1, seconds=after)
    if passes:
        ask_from("181.65.3.200", 951000720, now)
        with pytest.raises(Refused):  # the second of the twenty is younger
            ask_from("181.65.3.201", 951000721, now)
    else:
        with pytest.raises(Refused):
            ask_from("181.65.3.200", 951000720, now)


def test_another_neighbourhood_is_not_held_up(crowd):
    assert ask_from("181.65.4.1", 951000720).asked_net == "181.65.4.0/24"


@pytest.mark.parametrize(
    ("address", "near"),
    [("2800:200:e0::1", "2800:200:e0:ffff::9"), ("::ffff:181.65.3.9", "181.65.3.200")],
)
def test_the_new_kind_of_address_counts_by_its_site(db, address, near):
    now = timezone.now()
    for count in range(20):
        ask_from(address, 951000000 + count, now)

    with pytest.raises(Refused, match="Desde esta conexión"):
        ask_from(near, 951000720, now)
    assert not LoginCode.objects.filter(asked_net__contains=address).exists()


def test_women_who_entered_do_not_use_up_the_village(crowd):
    LoginCode.objects.update(used_at=timezone.now())

    assert ask_from("181.65.3.200", 951000720, crowd + timedelta(minutes=30))


def test_the_held_up_get_the_same_page_for_known_and_unknown_numbers(
    client, phone, felicitas_account
):
    for count in range(20):
        ask_from("127.0.0.9", 952000000 + count)

    pages = [
        re.sub(rf'name="csrfmiddlewaretoken" value="\w+"|{number}', "", ask(client, number).text)
        for number in ("951000720", "951000799")
    ]

    assert "Desde esta conexión se pidieron muchos códigos" in pages[0]
    assert pages[0] == pages[1]
    assert phone.texts == []


def test_a_header_does_not_move_her_to_another_neighbourhood(client, phone, felicitas_account):
    client.post(
        reverse("signin-phone"),
        {"phone": "951000720"},
        headers={"X-Forwarded-For": "200.1.1.1", "X-Real-IP": "200.1.1.1"},
    )

    assert LoginCode.objects.get().asked_net == "127.0.0.0/24"


@pytest.mark.django_db(transaction=True)
def test_forty_askers_at_once_get_twenty_codes():
    barrier = Barrier(8)

    def ask_five(place: int) -> None:
        barrier.wait()
        for count in range(5):
            with suppress(Refused):
                ask_from("181.65.3.1", 951000000 + 10 * place + count)
        connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask_five, range(8)))

    assert LoginCode.objects.count() == 20

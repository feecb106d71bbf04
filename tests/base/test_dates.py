from datetime import UTC, date, datetime, time

import pytest
from django.utils.translation import override

from network.base import dates
from network.base.dates import PartialDate, Precision, parse_day, parse_partial
from network.base.errors import Refused


@pytest.mark.parametrize(
    "text",
    [
        "28/11/2026",
        "28-11-26",
        "2026-11-28",
        " 28.11.2026 ",
        "28 11 2026",
        "28112026",
        "28 de noviembre de 2026",
        "sábado 28 de noviembre del 2026",
        "28 NOV. 2026",
    ],
)
def test_a_day_is_read_as_people_write_it(text):
    assert parse_day(text) == date(2026, 11, 28)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("31/02/1988", "Ese día no existe: febrero de 1988 tiene 29 días."),
        ("11/28/2026", "El mes va de 1 a 12. Escribiste 28."),
        ("28/11/202", "Revisa el año: 202."),
        ("28/11/1850", "Revisa el año: 1850."),
        ("mañana", "Escribe la fecha así: 28/11/2026."),
        ("11/2026", "Escribe la fecha así: 28/11/2026."),
        ("٢٨/١١/٢٠٢٦", "Escribe la fecha así: 28/11/2026."),
    ],
)
def test_a_day_that_cannot_be_read_says_what_to_write(text, message):
    with pytest.raises(Refused) as refused:
        parse_day(text)

    assert refused.value.message == message


@pytest.mark.parametrize(
    ("text", "latest", "year"),
    [
        ("01/01/79", date(2026, 11, 23), 1979),
        ("01/01/26", date(2026, 11, 23), 2026),
        ("01/01/27", date(2026, 11, 23), 1927),
        ("01/01/99", date(2026, 11, 23), 1999),
    ],
)
def test_two_digits_are_the_last_such_year_not_after_the_latest(text, latest, year):
    assert parse_day(text, latest=latest).year == year


def test_two_digits_may_lie_a_little_ahead_when_nothing_says_otherwise():
    assert parse_day("28/11/30").year == 2030


@pytest.mark.parametrize(
    ("text", "partial", "words"),
    [
        ("1979", PartialDate(date(1979, 1, 1), Precision.YEAR), "1979"),
        ("03/1979", PartialDate(date(1979, 3, 1), Precision.MONTH), "marzo de 1979"),
        ("1979-03", PartialDate(date(1979, 3, 1), Precision.MONTH), "marzo de 1979"),
        ("setiembre de 1979", PartialDate(date(1979, 9, 1), Precision.MONTH), "septiembre de 1979"),
        ("8/3/1979", PartialDate(date(1979, 3, 8), Precision.DAY), "8 de marzo de 1979"),
    ],
)
def test_a_partial_date_keeps_what_is_known(text, partial, words):
    assert parse_partial(text) == partial
    assert partial.words() == words
    assert parse_partial(words) == partial
    assert parse_partial(str(partial)) == partial


@pytest.mark.parametrize("text", ["", "hace mucho", "79 x", "1 2 3 4"])
def test_a_partial_date_refuses_what_it_cannot_read(text):
    with pytest.raises(Refused, match="Escribe la fecha así"):
        parse_partial(text)


def test_a_day_is_said_in_words():
    assert dates.day_in_words(date(2026, 11, 28)) == "sábado 28 de noviembre de 2026"
    assert dates.day_in_words(PartialDate(date(1979, 3, 1), Precision.MONTH)) == "marzo de 1979"
    with override("en"):
        assert dates.day_in_words(date(2026, 11, 28)) == "Saturday 28 November 2026"


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (time(0, 5), "12:05\u00a0a.\u00a0m."),
        (time(9, 0), "9:00\u00a0a.\u00a0m."),
        (time(12, 30), "12:30\u00a0p.\u00a0m."),
        (datetime(2026, 11, 28, 14, 0, tzinfo=UTC), "9:00\u00a0a.\u00a0m."),
        (None, ""),
    ],
)
def test_an_hour_is_one_piece_in_lima_time(moment, said):
    assert dates.hour(moment) == said


def test_an_instant_falls_on_the_day_of_lima():
    late = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)

    assert dates.day_and_hour(late) == "28/11/2026, 10:00\u00a0p.\u00a0m."
    assert dates.day_in_words(late) == "sábado 28 de noviembre de 2026"

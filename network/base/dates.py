"""Days as people write and say them: 28/11/2026, sábado 28 de noviembre de 2026, 9:00 a. m."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from network.base.errors import Refused
from network.base.text import fold

NBSP = "\u00a0"
YEARS = range(1900, 2101)

MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "enero ene",
            "febrero feb",
            "marzo mar",
            "abril abr",
            "mayo may",
            "junio jun",
            "julio jul",
            "agosto ago",
            "septiembre setiembre sep set sept",
            "octubre oct",
            "noviembre nov",
            "diciembre dic",
        ),
        start=1,
    )
    for word in words.split()
}
UNSAID = {"de", "del", "lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo"}


class Precision(models.TextChoices):
    DAY = "d", gettext_lazy("día, mes y año")
    MONTH = "m", gettext_lazy("mes y año")
    YEAR = "y", gettext_lazy("solo el año")


@dataclass(frozen=True)
class PartialDate:
    """A date known to the day, the month or the year. `date` is the first day it can mean."""

    date: date
    precision: str = Precision.DAY

    def __str__(self) -> str:
        formats = {Precision.DAY: "d/m/Y", Precision.MONTH: "m/Y", Precision.YEAR: "Y"}
        return date_format(self.date, formats[Precision(self.precision)])

    def words(self) -> str:
        formats = {
            Precision.DAY: "DATE_FORMAT",
            Precision.MONTH: "YEAR_MONTH_FORMAT",
            Precision.YEAR: "Y",
        }
        return date_format(self.date, formats[Precision(self.precision)])


def parse_day(text: str, *, latest: date | None = None) -> date:
    """Read 28/11/2026, 28-11-26, 2026-11-28, 28112026 or 28 de noviembre de 2026.

    A year of two digits is the last such year that is not after `latest` (default: 20 years on).
    """
    numbers = _numbers(text)
    if len(numbers) == 1 and len(numbers[0]) == 8:
        numbers = [numbers[0][:2], numbers[0][2:4], numbers[0][4:]]
    if len(numbers) != 3:
        raise Refused(_("Escribe la fecha así: 28/11/2026."))
    if len(numbers[0]) == 4:
        numbers.reverse()
    day, month, year = numbers
    return _day(_year(year, latest), _month(month), int(day))


def parse_partial(text: str, *, latest: date | None = None) -> PartialDate:
    """Read what `parse_day` reads, or a month (03/1979, marzo de 1979), or only a year (1979)."""
    numbers = _numbers(text)
    if len(numbers) == 1 and len(numbers[0]) == 4:
        return PartialDate(date(_year(numbers[0], latest), 1, 1), Precision.YEAR)
    if len(numbers) == 2:
        if len(numbers[0]) == 4:
            numbers.reverse()
        month, year = numbers
        return PartialDate(date(_year(year, latest), _month(month), 1), Precision.MONTH)
    if len(numbers) != 3 and len("".join(numbers)) != 8:
        raise Refused(_("Escribe la fecha así: 28/11/2026, 11/2026 o solo 2026."))
    return PartialDate(parse_day(text, latest=latest), Precision.DAY)


def _numbers(text: str) -> list[str]:
    words = [word for word in fold(text).split() if word not in UNSAID]
    numbers = [str(MONTHS.get(word, word)) for word in words]
    if not all(number.isascii() and number.isdigit() for number in numbers):
        raise Refused(_("Escribe la fecha así: 28/11/2026."))
    return numbers


def _year(text: str, latest: date | None) -> int:
    year = int(text)
    if len(text) == 2:
        last = latest.year if latest else timezone.localdate().year + 20
        year += last // 100 * 100
        return year if year <= last else year - 100
    if len(text) != 4 or year not in YEARS:
        raise Refused(_("Revisa el año: %(year)s.") % {"year": text})
    return year


def _month(text: str) -> int:
    if not 1 <= int(text) <= 12:
        raise Refused(_("El mes va de 1 a 12. Escribiste %(month)s.") % {"month": text})
    return int(text)


def _day(year: int, month: int, day: int) -> date:
    days = calendar.monthrange(year, month)[1]
    if not 1 <= day <= days:
        name = date_format(date(year, month, 1), "YEAR_MONTH_FORMAT")
        raise Refused(
            _("Ese día no existe: %(month)s tiene %(days)s días.") % {"month": name, "days": days}
        )
    return date(year, month, day)


def _local(moment: date | datetime) -> date | datetime:
    if isinstance(moment, datetime) and timezone.is_aware(moment):
        return timezone.localtime(moment)
    return moment


def day(moment: date | datetime | PartialDate | None) -> str:
    """28/11/2026; empty for nothing."""
    if moment is None or moment == "":
        return ""
    return str(moment) if isinstance(moment, PartialDate) else _local(moment).strftime("%d/%m/%Y")


def day_in_words(moment: date | datetime | PartialDate | None) -> str:
    """sábado 28 de noviembre de 2026, or marzo de 1979 when that is all that is known."""
    if moment is None or moment == "":
        return ""
    if isinstance(moment, PartialDate):
        if moment.precision != Precision.DAY:
            return moment.words()
        moment = moment.date
    moment = _local(moment)
    return f"{date_format(moment, 'l')} {date_format(moment, 'DATE_FORMAT')}"


def hour(moment: datetime | time | None) -> str:
    """9:00 a. m., in one piece."""
    if moment is None or moment == "":
        return ""
    if isinstance(moment, datetime):
        moment = timezone.localtime(moment) if timezone.is_aware(moment) else moment
    half = _("a. m.") if moment.hour < 12 else _("p. m.")
    return f"{moment.hour % 12 or 12}:{moment.minute:02d} {half}".replace(" ", NBSP)


def day_and_hour(moment: datetime | None) -> str:
    """28/11/2026, 9:00 a. m."""
    return f"{day(moment)}, {hour(moment)}" if moment else ""

"""What affiliations, memberships and offices share: a first and a last day, and what follows."""

from datetime import date

from django.contrib.postgres.fields import DateRangeField, RangeBoundary
from django.db import models
from django.db.models import F, Func, Q
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


def day_range(lower: str = "starts_on", upper: str = "ends_on") -> Func:
    """`daterange(first, last)`, the last day inside; an unknown first day reaches back for ever."""
    return Func(
        lower,
        upper,
        RangeBoundary(inclusive_upper=True),
        function="daterange",
        output_field=DateRangeField(),
    )


def ends_after_it_starts(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
        name=name,
        violation_error_message=_("La fecha de término es anterior a la de inicio."),
    )


class PeriodQuerySet(models.QuerySet):
    def on(self, day: date) -> "PeriodQuerySet":
        """Those that count on a day: both ends inside, unknown ends open."""
        return self.filter(
            Q(starts_on=None) | Q(starts_on__lte=day), Q(ends_on=None) | Q(ends_on__gte=day)
        )

    def current(self) -> "PeriodQuerySet":
        return self.on(date.today())  # noqa: DTZ011  # the process runs in America/Lima

    def not_over(self, day: date) -> "PeriodQuerySet":
        """Those that count on a day or are still to begin."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day))

    def ending_between(self, first: date, last: date) -> "PeriodQuerySet":
        return self.filter(ends_on__gte=first, ends_on__lte=last)


class Period(models.Model):
    """A fact true from `starts_on` to `ends_on`, both days included. Its status is computed."""

    class Precision(models.TextChoices):
        DAY = "d", _("día")
        MONTH = "m", _("mes")
        YEAR = "y", _("año")

    starts_on = models.DateField(_("desde"), null=True, blank=True)
    starts_precision = models.CharField(max_length=1, choices=Precision, default=Precision.DAY)
    ends_on = models.DateField(_("hasta"), null=True, blank=True)

    class Meta:
        abstract = True

    def is_current(self, today: date) -> bool:
        return (self.starts_on is None or self.starts_on <= today) and (
            self.ends_on is None or self.ends_on >= today
        )

    def in_words(self, today: date) -> str:
        """The reason of the status: "vigente desde 2019", "terminó el 30/06/2022"."""
        if self.starts_on and self.starts_on > today:
            return gettext("empieza el %(day)s") % {"day": date_format(self.starts_on, "d/m/Y")}
        if self.ends_on and self.ends_on < today:
            return gettext("terminó el %(day)s") % {"day": date_format(self.ends_on, "d/m/Y")}
        since = self.start_in_words()
        text = (
            gettext("vigente desde %(start)s") % {"start": since} if since else gettext("vigente")
        )
        if self.ends_on:
            text += gettext(" hasta el %(day)s") % {"day": date_format(self.ends_on, "d/m/Y")}
        return text

    def start_in_words(self) -> str:
        if self.starts_on is None:
            return ""
        pattern = {"d": "d/m/Y", "m": r"F \d\e Y", "y": "Y"}[self.starts_precision]
        return date_format(self.starts_on, pattern)

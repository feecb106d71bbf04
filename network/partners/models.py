"""Institutions around the network, and the programmes that they fund."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from network.base.access import can
from network.base.history import tracked
from network.base.ids import new_id
from network.base.text import Fold, SortKey, fold, joined


class PartnerQuerySet(models.QuerySet):
    """Of institutions and of programmes: neither belongs to an organisation of the network."""

    def visible_to(self, user: Any) -> "PartnerQuerySet":
        return self if can(user, "partner_view") else self.none()

    def search(self, text: str) -> "PartnerQuerySet":
        """Every word of `text` somewhere in the name, the short name or the code."""
        rows = self
        for word in fold(text).split():
            rows = rows.filter(search_key__contains=word)
        return rows


def searched(*fields: str) -> models.GeneratedField:
    """What search compares: the folded text of these fields."""
    return models.GeneratedField(
        expression=Fold(joined(*fields)), output_field=models.TextField(), db_persist=True
    )


def sorted_by(field: str) -> models.GeneratedField:
    return models.GeneratedField(
        expression=SortKey(field),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )


@tracked
class Institution(models.Model):
    """Who works with the network, decides about it or funds it: none of its organisations.

    Distinct by name, accents and capitals aside, and by RUC when it has one.
    """

    class Kind(models.TextChoices):
        NGO = "ngo", _("ONG")
        MINISTRY = "ministry", _("Ministerio o entidad nacional")
        CONGRESS = "congress", _("Congreso")
        REGIONAL_GOVERNMENT = "regional_government", _("Gobierno regional")
        LOCAL_GOVERNMENT = "local_government", _("Municipalidad")
        UNIVERSITY = "university", _("Universidad o centro de investigación")
        FUNDER = "funder", _("Financiador")
        MEDIA = "media", _("Medio de comunicación")
        COMPANY = "company", _("Empresa")
        OTHER = "other", _("Otra")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("nombre"), max_length=160)
    short_name = models.CharField(_("sigla o nombre corto"), max_length=40, blank=True)
    kind = models.CharField(_("tipo"), max_length=20, choices=Kind)
    ruc = models.CharField("RUC", max_length=11, blank=True)
    website = models.URLField(_("página web"), max_length=200, blank=True)
    district = models.ForeignKey(
        "places.District",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("distrito"),
    )
    note = models.TextField(_("nota"), blank=True)
    is_demo = models.BooleanField(default=False)
    search_key = searched("name", "short_name")
    name_key = sorted_by("name")

    objects = PartnerQuerySet.as_manager()

    class Meta:
        verbose_name = _("institución")
        verbose_name_plural = _("instituciones")
        indexes = [models.Index(fields=["name_key", "id"], name="partners_institution_order")]
        constraints = [
            models.UniqueConstraint(
                Fold("name"),
                name="partners_institution_name",
                violation_error_message=_("Ya hay una institución con ese nombre."),
            ),
            models.UniqueConstraint(
                fields=["ruc"],
                condition=~Q(ruc=""),
                name="partners_institution_ruc",
                violation_error_message=_("Ya hay una institución con ese RUC."),
            ),
            models.CheckConstraint(
                condition=Q(ruc="") | Q(ruc__regex=r"^(10|15|16|17|20)[0-9]{9}$"),
                name="partners_institution_ruc_form",
                violation_error_message=_(
                    "El RUC tiene 11 números y empieza con 10, 15, 16, 17 o 20."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def called(self) -> str:
        """The name people use for it."""
        return self.short_name or self.name


class ProgrammeQuerySet(PartnerQuerySet):
    def with_state(self, on: date) -> "ProgrammeQuerySet":
        """Each with `state` on a day: the SQL of `Programme.state_on`."""
        return self.annotate(
            state=models.Case(
                models.When(starts_on__gt=on, then=models.Value(Programme.State.UPCOMING)),
                models.When(ends_on__lt=on, then=models.Value(Programme.State.ENDED)),
                default=models.Value(Programme.State.RUNNING),
                output_field=models.CharField(),
            )
        )


@tracked
class Programme(models.Model):
    """Work with a budget and dates of its own, which a donor pays. Distinct by code and by name."""

    class State(models.TextChoices):
        UPCOMING = "upcoming", _("Por empezar")
        RUNNING = "running", _("En curso")
        ENDED = "ended", _("Terminado")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("nombre"), max_length=160)
    code = models.CharField(_("código"), max_length=40)
    donor = models.ForeignKey(
        Institution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="programmes",
        verbose_name=_("quién lo financia"),
    )
    starts_on = models.DateField(_("empieza el"), null=True, blank=True)
    ends_on = models.DateField(_("termina el"), null=True, blank=True)
    budget_line_code = models.CharField(_("línea de presupuesto"), max_length=40, blank=True)
    note = models.TextField(_("nota"), blank=True)
    is_demo = models.BooleanField(default=False)
    search_key = searched("name", "code")
    name_key = sorted_by("name")

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = _("programa")
        verbose_name_plural = _("programas")
        indexes = [models.Index(fields=["name_key", "id"], name="partners_programme_order")]
        constraints = [
            models.UniqueConstraint(
                Fold("name"),
                name="partners_programme_name",
                violation_error_message=_("Ya hay un programa con ese nombre."),
            ),
            models.UniqueConstraint(
                Fold("code"),
                name="partners_programme_code",
                violation_error_message=_("Ya hay un programa con ese código."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="partners_programme_dates",
                violation_error_message=_("Un programa no termina antes de empezar."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def state_on(self, day: date) -> "Programme.State":
        """Told by the dates; the first and the last day count."""
        if self.starts_on and self.starts_on > day:
            return self.State.UPCOMING
        if self.ends_on and self.ends_on < day:
            return self.State.ENDED
        return self.State.RUNNING

    @property
    def state_today(self) -> "Programme.State":
        return self.state_on(timezone.localdate())

"""Tests before and after, and what people thought of an edition."""

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from network.base.history import tracked
from network.base.ids import new_id
from trainings.models.editions import Edition
from trainings.models.enrolments import Enrolment


@tracked
class TestScore(models.Model):
    """What someone scored in the test before or after. Distinct by enrolment and moment."""

    __test__ = False

    class Moment(models.TextChoices):
        BEFORE = "before", _("Prueba de entrada")
        AFTER = "after", _("Prueba de salida")

    class Origin(models.TextChoices):
        PAPER = "paper", _("En papel")
        SCREEN = "screen", _("En pantalla")
        IMPORT = "import", _("De una lista")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, related_name="scores", db_index=False
    )
    moment = models.CharField(_("momento"), max_length=6, choices=Moment)
    score = models.DecimalField(_("puntaje"), max_digits=6, decimal_places=2)
    maximum = models.DecimalField(_("puntaje máximo"), max_digits=6, decimal_places=2)
    taken_on = models.DateField(_("día"))
    origin = models.CharField(max_length=6, choices=Origin, default=Origin.PAPER)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    recorded_at = models.DateTimeField(auto_now=True)
    correction_reason = models.CharField(_("por qué se corrigió"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("resultado de prueba")
        verbose_name_plural = _("resultados de prueba")
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "moment"],
                name="trainings_testscore_once",
                violation_error_message=_("Ya tiene puntaje en esa prueba."),
            ),
            models.CheckConstraint(
                condition=Q(moment__in=["before", "after"]), name="trainings_testscore_moment"
            ),
            models.CheckConstraint(
                condition=Q(maximum__gt=0, score__gte=0, score__lte=F("maximum")),
                name="trainings_testscore_range",
                violation_error_message=_("El puntaje va de 0 al máximo de la prueba."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.score}/{self.maximum}"

    def is_within(self, scope: Any) -> bool:
        return self.enrolment.is_within(scope)

    @property
    def percent(self) -> float:
        return float(self.score / self.maximum * 100)


class Satisfaction(models.Model):
    """One anonymous answer, or a tally of paper answers: counts of three faces, and open lines.

    It points at no person, and keeps no time of day that could tell who answered: it has no
    history, and its keys are drawn by lot, where all others tell the millisecond they were made.
    """

    class Origin(models.TextChoices):
        PAPER = "paper", _("Conteo en papel")
        SCREEN = "screen", _("En pantalla")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="satisfaction")
    happy_count = models.PositiveSmallIntegerField(_("caras contentas"), default=0)
    neutral_count = models.PositiveSmallIntegerField(_("caras neutras"), default=0)
    unhappy_count = models.PositiveSmallIntegerField(_("caras descontentas"), default=0)
    words = models.TextField(_("lo que escribieron"), blank=True)
    origin = models.CharField(max_length=6, choices=Origin, default=Origin.PAPER)
    answered_on = models.DateField(_("día"))
    client_id = models.UUIDField(unique=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("opinión")
        verbose_name_plural = _("opiniones")
        constraints = [
            models.CheckConstraint(
                condition=Q(happy_count__gt=0)
                | Q(neutral_count__gt=0)
                | Q(unhappy_count__gt=0)
                | ~Q(words=""),
                name="trainings_satisfaction_something",
                violation_error_message=_("Anota al menos una cara o una línea."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.happy_count}/{self.neutral_count}/{self.unhappy_count}"

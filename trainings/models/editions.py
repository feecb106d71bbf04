"""Runs of a course: where and when, who teaches, who pays, and the sessions they are made of."""

from datetime import date, time
from decimal import Decimal
from typing import Any

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from members.access import Scope
from members.models import Organisation, Person, RegionalNetwork
from network.base.history import tracked
from network.base.ids import new_id
from network.base.triggers import refusing_where
from network.partners.models import Institution, Programme
from trainings.models.courses import CourseVersion
from trainings.querysets import EditionQuerySet, SessionQuerySet


@tracked
class Edition(models.Model):
    """One run of a course version. Distinct by course version's course and number of the run.

    Its state is told by its dates, its seats and what people decided; see `Edition.State`.
    """

    class Modality(models.TextChoices):
        IN_PERSON = "in_person", _("Presencial")
        REMOTE = "remote", _("A distancia")
        MIXED = "mixed", _("Presencial y a distancia")

    class Audience(models.TextChoices):
        WOMEN = "women", _("Mujeres")
        YOUTH = "youth", _("Jóvenes")
        MIXED = "mixed", _("Grupo mixto")

    class State(models.TextChoices):
        PLANNED = "planned", _("Prevista")
        OPEN = "open", _("Abierta")
        FULL = "full", _("Llena")
        RUNNING = "running", _("En marcha")
        ENDED = "ended", _("Por cerrar")
        CLOSED = "closed", _("Cerrada")
        CANCELLED = "cancelled", _("Cancelada")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.ForeignKey(
        CourseVersion, on_delete=models.PROTECT, related_name="editions", verbose_name=_("curso")
    )
    course = models.ForeignKey("trainings.Course", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(_("edición"))
    regional_network = models.ForeignKey(
        RegionalNetwork,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="editions",
        verbose_name=_("red regional que la organiza"),
    )
    starts_on = models.DateField(_("empieza el"))
    ends_on = models.DateField(_("termina el"))
    district = models.ForeignKey(
        "places.District",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("distrito"),
    )
    zone = models.ForeignKey(
        "places.MiningZone",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("zona minera"),
    )
    venue = models.CharField(_("local"), max_length=160, blank=True)
    modality = models.CharField(
        _("modalidad"), max_length=10, choices=Modality, default=Modality.IN_PERSON
    )
    audience = models.CharField(
        _("para quiénes es"), max_length=8, choices=Audience, default=Audience.WOMEN
    )
    seats = models.PositiveSmallIntegerField(_("cupos"), null=True, blank=True)
    has_childcare = models.BooleanField(_("cuidado de niños"), default=False)
    has_transport = models.BooleanField(_("movilidad"), default=False)
    has_meals = models.BooleanField(_("refrigerio o almuerzo"), default=False)
    note = models.TextField(_("nota"), blank=True)
    opened_on = models.DateField(_("inscripción abierta desde"), null=True, blank=True)
    closed_on = models.DateField(_("cerrada el"), null=True, blank=True)
    cancelled_on = models.DateField(_("cancelada el"), null=True, blank=True)
    cancel_reason = models.CharField(_("por qué se canceló"), max_length=200, blank=True)
    is_demo = models.BooleanField(default=False)

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("edición")
        verbose_name_plural = _("ediciones")
        indexes = [
            models.Index(fields=["-starts_on", "-id"], name="trainings_edition_order"),
            models.Index(fields=["regional_network", "-starts_on"], name="trainings_edition_net"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["course", "number"],
                name="trainings_edition_number",
                violation_error_message=_("Ese curso ya tiene una edición con ese número."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="trainings_edition_dates",
                violation_error_message=_("La edición no puede terminar antes de empezar."),
            ),
            models.CheckConstraint(
                condition=Q(seats=None) | Q(seats__gte=1),
                name="trainings_edition_seats",
                violation_error_message=_("Una edición tiene un cupo al menos."),
            ),
            models.CheckConstraint(
                condition=Q(cancelled_on=None, cancel_reason="")
                | (Q(cancelled_on__isnull=False) & ~Q(cancel_reason="")),
                name="trainings_edition_cancelled",
                violation_error_message=_("Escribe por qué se cancela."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="keeps_sessions_inside",
                operation=pgtrigger.UpdateOf("starts_on", "ends_on"),
                when=pgtrigger.After,
                condition=pgtrigger.AnyChange("starts_on", "ends_on"),
                func=refusing_where(
                    "SELECT FROM trainings_session s WHERE s.edition_id = NEW.id AND"
                    " (s.held_on < NEW.starts_on OR s.held_on > NEW.ends_on)",
                    why="a session lies outside its edition",
                    constraint="trainings_session_inside",
                    returns="NULL",
                ),
            )
        ]

    def __str__(self) -> str:
        return str(_("%(course)s, edición %(number)s")) % {
            "course": self.version.course.name,
            "number": self.number,
        }

    def is_within(self, scope: Scope) -> bool:
        """Does this reach run the edition? Whoever only sees it may not change it."""
        return scope.everything or (
            self.regional_network_id is not None
            and self.regional_network_id in scope.regional_network_ids
        )

    def state_on(self, day: date, taken: int) -> "Edition.State":
        """`taken` is how many seats are promised: invited, confirmed or attending."""
        if self.cancelled_on:
            return self.State.CANCELLED
        if self.closed_on:
            return self.State.CLOSED
        if self.ends_on < day:
            return self.State.ENDED
        if self.starts_on <= day:
            return self.State.RUNNING
        if self.opened_on is None or self.opened_on > day:
            return self.State.PLANNED
        return self.State.FULL if self.seats and taken >= self.seats else self.State.OPEN

    def is_for(self, person: Person) -> bool:
        """A man is not of those an edition for women is held for."""
        return not (self.audience == self.Audience.WOMEN and person.sex == Person.Sex.MALE)

    @property
    def place_name(self) -> str:
        place = self.zone or self.district
        return place.name if place else self.venue


@tracked
class EditionTrainer(models.Model):
    """A person who teaches in an edition. Distinct by edition and person."""

    class Part(models.TextChoices):
        LEAD = "lead", _("Formadora principal")
        ASSISTANT = "assistant", _("Formadora de apoyo")
        GUEST = "guest", _("Invitada")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="trainers")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="taught")
    part = models.CharField(_("papel"), max_length=10, choices=Part, default=Part.LEAD)

    class Meta:
        verbose_name = _("formadora")
        verbose_name_plural = _("formadoras")
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "person"],
                name="trainings_editiontrainer_once",
                violation_error_message=_("Ya es formadora de esta edición."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.edition}"


@tracked
class EditionInstitution(models.Model):
    """An institution that organises an edition, alone or with others."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="institutions")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    is_lead = models.BooleanField(_("la convoca"), default=False)

    class Meta:
        verbose_name = _("institución que organiza")
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "institution"],
                name="trainings_editioninstitution_once",
                violation_error_message=_("Esa institución ya está en la edición."),
            ),
            models.UniqueConstraint(
                fields=["edition"],
                condition=Q(is_lead=True),
                name="trainings_editioninstitution_lead",
                violation_error_message=_("Solo una institución convoca."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.institution)


@tracked
class EditionFunding(models.Model):
    """The declared share of an edition that a programme pays. Shares never pass 100 %."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="funding")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="editions")
    share = models.DecimalField(_("parte que paga (%)"), max_digits=5, decimal_places=2)

    class Meta:
        verbose_name = _("programa que paga")
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "programme"],
                name="trainings_editionfunding_once",
                violation_error_message=_("Ese programa ya paga esta edición."),
            ),
            models.CheckConstraint(
                condition=Q(share__gt=0, share__lte=100),
                name="trainings_editionfunding_share",
                violation_error_message=_("La parte va de más de 0 a 100 %."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="at_most_all",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.After,
                func=(
                    "PERFORM 1 FROM trainings_edition WHERE id = NEW.edition_id FOR UPDATE;"
                    " IF (SELECT sum(share) FROM trainings_editionfunding"
                    " WHERE edition_id = NEW.edition_id) > 100 THEN"
                    " RAISE EXCEPTION 'shares above 100' USING ERRCODE = '23514',"
                    " CONSTRAINT = 'trainings_editionfunding_whole'; END IF; RETURN NULL;"
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.share} %"


@tracked
class Quota(models.Model):
    """How many seats of an edition an organisation, or a region, may propose women for."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="quotas")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    regional_network = models.ForeignKey(
        RegionalNetwork, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    seats = models.PositiveSmallIntegerField(_("cupos"))

    class Meta:
        verbose_name = _("cupo")
        verbose_name_plural = _("cupos")
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "organisation"],
                condition=Q(organisation__isnull=False),
                name="trainings_quota_organisation",
                violation_error_message=_("Esa organización ya tiene cupo en esta edición."),
            ),
            models.UniqueConstraint(
                fields=["edition", "regional_network"],
                condition=Q(regional_network__isnull=False),
                name="trainings_quota_network",
                violation_error_message=_("Esa red ya tiene cupo en esta edición."),
            ),
            models.CheckConstraint(
                condition=Q(organisation__isnull=False, regional_network=None)
                | Q(organisation=None, regional_network__isnull=False),
                name="trainings_quota_whose",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="within_the_seats",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.After,
                func=refusing_where(
                    "SELECT FROM trainings_edition e WHERE e.id = NEW.edition_id AND"
                    " e.seats < NEW.seats",
                    why="a quota above the seats",
                    constraint="trainings_quota_seats",
                    returns="NULL",
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation or self.regional_network}: {self.seats}"


class Span(Func):
    """From one time to another of a DATE, as a range of moments without zone: immutable."""

    template = "tsrange(%(expressions)s)"
    arg_joiner = ", "


def _moment(at: str) -> Func:
    return Func(F("held_on"), F(at), arg_joiner=" + ", template="(%(expressions)s)")


@tracked
class Session(models.Model):
    """One meeting of an edition on one DATE; two a day are normal.

    A session of an edition never overlaps another of it, nor another of its trainer's.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    edition = models.ForeignKey(
        Edition, on_delete=models.PROTECT, related_name="sessions", db_index=False
    )
    held_on = models.DateField(_("día"))
    starts_at = models.TimeField(_("desde las"))
    ends_at = models.TimeField(_("hasta las"))
    planned_hours = models.DecimalField(_("horas previstas"), max_digits=4, decimal_places=2)
    topic = models.CharField(_("tema de la sesión"), max_length=160, blank=True)
    trainer = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("formadora"),
    )
    # Six letters said aloud or typed, printed on the sheet beside its QR.
    code = models.CharField(max_length=6, unique=True, editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)
    cancelled_at = models.DateTimeField(null=True, editable=False)
    cancel_reason = models.CharField(max_length=200, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("sesión")
        verbose_name_plural = _("sesiones")
        indexes = [
            models.Index(
                fields=["edition", "held_on", "starts_at"], name="trainings_session_order"
            ),
            models.Index(fields=["held_on"], name="trainings_session_day"),
        ]
        constraints = [
            # The pair that marks refer to, so that no mark joins two editions.
            models.UniqueConstraint(fields=["id", "edition"], name="trainings_session_pair"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="trainings_session_times",
                violation_error_message=_("La sesión no puede terminar antes de empezar."),
            ),
            models.CheckConstraint(
                condition=Q(planned_hours__gt=0)
                & Q(
                    planned_hours__lte=Func(
                        F("ends_at"),
                        F("starts_at"),
                        arg_joiner=" - ",
                        template="extract(epoch from (%(expressions)s)) / 3600",
                        output_field=models.DecimalField(max_digits=6, decimal_places=2),
                    )
                ),
                name="trainings_session_hours",
                violation_error_message=_("Las horas no pasan de lo que dura la sesión."),
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at=None) | ~Q(cancel_reason=""),
                name="trainings_session_cancelled",
                violation_error_message=_("Escribe por qué se cancela."),
            ),
            ExclusionConstraint(
                name="trainings_session_overlap",
                expressions=[
                    ("edition", RangeOperators.EQUAL),
                    (Span(_moment("starts_at"), _moment("ends_at")), RangeOperators.OVERLAPS),
                ],
                condition=Q(cancelled_at=None),
                violation_error_message=_("Esta edición ya tiene una sesión a esa hora."),
            ),
            ExclusionConstraint(
                name="trainings_session_trainer",
                expressions=[
                    ("trainer", RangeOperators.EQUAL),
                    (Span(_moment("starts_at"), _moment("ends_at")), RangeOperators.OVERLAPS),
                ],
                condition=Q(cancelled_at=None, trainer__isnull=False),
                violation_error_message=_("La formadora ya tiene otra sesión a esa hora."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="inside_its_edition",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("held_on", "edition_id"),
                when=pgtrigger.After,
                func=(
                    "IF NOT EXISTS (SELECT FROM trainings_edition e WHERE e.id = NEW.edition_id"
                    " AND NEW.held_on BETWEEN e.starts_on AND e.ends_on) THEN"
                    " RAISE EXCEPTION 'a session lies outside its edition' USING"
                    " ERRCODE = '23514', CONSTRAINT = 'trainings_session_inside'; END IF;"
                    " RETURN NULL;"
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.edition} {self.held_on}"

    def is_within(self, scope: Any) -> bool:
        return self.edition.is_within(scope)

    @property
    def is_settled(self) -> bool:
        """Closed, or of an edition that is: its marks change with a reason."""
        return self.closed_at is not None or self.edition.closed_on is not None

    @property
    def length(self) -> Decimal:
        """Hours from start to end."""
        return Decimal(_minutes(self.ends_at) - _minutes(self.starts_at)) / 60


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute

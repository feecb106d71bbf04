"""Who completed what: one row for each time, computed, approved by a person and then kept."""

from datetime import date

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.access import Scope
from members.models import Organisation, Person
from network.base.history import tracked
from network.base.ids import new_id
from network.base.triggers import refusing_where
from trainings.models.courses import Course, CourseVersion
from trainings.models.enrolments import Enrolment
from trainings.querysets import CompletionQuerySet


@tracked
class Completion(models.Model):
    """The decision on one enrolment, or an old paper record. Each renewal is one more row.

    Hours, share and last day of validity are those of the day it was approved: changing a rule
    later changes nothing here. `valid_until` null never expires. An old record brought in without
    a paper that proves it is `is_verified=False` and counted apart in every figure, until someone
    who approves completions looks at its source: then it has `approved_by`, and counts. It has no
    `version`: it was completed under no rule of ours.
    """

    class Result(models.TextChoices):
        COMPLETED = "completed", _("Completó")
        NOT_COMPLETED = "not_completed", _("No completó")

    class Origin(models.TextChoices):
        EDITION = "edition", _("De una edición")
        PAPER = "paper", _("Registro histórico en papel")

    class Source(models.TextChoices):
        UNSAID = "", _("No se dice")
        MINUTES = "minutes", _("Cuaderno de actas")
        LIST = "list", _("Lista de asistencia")
        CERTIFICATE = "certificate", _("Copia de una constancia")
        REPORT = "report", _("Informe de un programa")
        WORD = "word", _("Lo dijo ella")
        OTHER = "other", _("Otra fuente")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="completions", db_index=False
    )
    course = models.ForeignKey(
        Course, on_delete=models.PROTECT, related_name="completions", db_index=False
    )
    version = models.ForeignKey(
        CourseVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="completions"
    )
    enrolment = models.OneToOneField(
        Enrolment, on_delete=models.PROTECT, null=True, blank=True, related_name="completion"
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="completions"
    )
    result = models.CharField(_("resultado"), max_length=14, choices=Result)
    reason = models.CharField(_("motivo"), max_length=200, blank=True)
    is_exception = models.BooleanField(_("excepción"), default=False)
    completed_on = models.DateField(_("día"))
    completed_precision = models.CharField(max_length=1, default="d")
    hours = models.DecimalField(_("horas"), max_digits=6, decimal_places=2, null=True, blank=True)
    planned_hours = models.DecimalField(
        _("horas previstas"), max_digits=6, decimal_places=2, null=True, blank=True
    )
    valid_until = models.DateField(_("vale hasta"), null=True, blank=True)
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.EDITION)
    is_verified = models.BooleanField(_("verificado"), default=True)
    source_kind = models.CharField(
        _("tipo de fuente"), max_length=12, choices=Source, blank=True, db_default=""
    )
    source = models.CharField(_("de dónde sale el dato"), max_length=200, blank=True)
    evidence = models.ForeignKey(
        "documents.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    place = models.CharField(_("lugar"), max_length=120, blank=True)
    taught_by = models.CharField(_("quién dictó"), max_length=160, blank=True, db_default="")
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    approved_at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True, editable=False)
    void_reason = models.CharField(_("por qué se anuló"), max_length=200, blank=True)
    is_demo = models.BooleanField(default=False)

    objects = CompletionQuerySet.as_manager()

    class Meta:
        verbose_name = _("resultado de un curso")
        verbose_name_plural = _("resultados de los cursos")
        indexes = [
            # Coverage of a requirement is read from this index alone.
            models.Index(
                fields=["course", "person", "valid_until"],
                condition=Q(result="completed", voided_at=None),
                name="trainings_completion_held",
            ),
            models.Index(fields=["person", "-completed_on"], name="trainings_completion_hers"),
            models.Index(
                fields=["valid_until"],
                condition=Q(result="completed", voided_at=None, valid_until__isnull=False),
                name="trainings_completion_ends",
            ),
            models.Index(fields=["-completed_on", "id"], name="trainings_completion_day"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "course", "completed_on"],
                condition=Q(origin="paper", voided_at=None),
                name="trainings_completion_paper",
                violation_error_message=_("Ese curso de esa persona ya está anotado ese día."),
            ),
            models.CheckConstraint(
                condition=Q(result="completed") | Q(valid_until=None),
                name="trainings_completion_validity",
            ),
            models.CheckConstraint(
                condition=Q(result="completed", is_exception=False) | ~Q(reason=""),
                name="trainings_completion_reason",
                violation_error_message=_("Escribe el motivo."),
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("completed_on")),
                name="trainings_completion_dates",
                violation_error_message=_("No puede vencer antes de completarse."),
            ),
            models.CheckConstraint(
                condition=Q(origin="edition", enrolment__isnull=False) | Q(origin="paper"),
                name="trainings_completion_origin",
            ),
            models.CheckConstraint(
                condition=Q(origin="edition") | Q(version=None, enrolment=None),
                name="trainings_completion_paper_rule",
                violation_error_message=_("Un registro en papel no sigue la regla de una versión."),
            ),
            models.CheckConstraint(
                condition=Q(
                    source_kind__in=[
                        "",
                        "minutes",
                        "list",
                        "certificate",
                        "report",
                        "word",
                        "other",
                    ]
                ),
                name="trainings_completion_source_kind",
                violation_error_message=_("Elige el tipo de fuente de la lista."),
            ),
            models.CheckConstraint(
                condition=Q(completed_precision__in=["d", "m", "y"]),
                name="trainings_completion_precision",
            ),
            models.CheckConstraint(
                condition=Q(result__in=["completed", "not_completed"]),
                name="trainings_completion_result",
            ),
        ]
        triggers = [
            # Looked at when all is written: two records merged move their lines one after another.
            pgtrigger.Trigger(
                name="of_its_enrolment",
                operation=pgtrigger.Insert
                | pgtrigger.UpdateOf("person_id", "enrolment_id", "voided_at"),
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Q(new__voided_at__isnull=True, new__enrolment__isnull=False),
                func=(
                    "IF NOT EXISTS (SELECT FROM trainings_completion c JOIN trainings_enrolment e"
                    " ON e.id = c.enrolment_id"
                    " JOIN members_person p ON p.id = c.person_id"
                    " AND (e.person_id IN (p.id, p.merged_into_id)"
                    " OR c.voided_at IS NOT NULL) WHERE c.id = NEW.id) THEN"
                    " RAISE EXCEPTION 'a completion of another person' USING"
                    " ERRCODE = '23514', CONSTRAINT = 'trainings_completion_person'; END IF;"
                    " RETURN NULL;"
                ),
            ),
            pgtrigger.Trigger(
                name="stands_behind_its_certificate",
                operation=pgtrigger.UpdateOf(
                    "result", "hours", "planned_hours", "completed_on", "valid_until", "voided_at"
                ),
                when=pgtrigger.Before,
                condition=pgtrigger.AnyChange(
                    "result", "hours", "planned_hours", "completed_on", "valid_until", "voided_at"
                ),
                func=refusing_where(
                    "SELECT FROM trainings_certificate WHERE completion_id = OLD.id AND"
                    " replaced_by_id IS NULL AND revoked_on IS NULL",
                    why="its certificate stands",
                    constraint="trainings_completion_certified",
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.course}"

    def is_within(self, scope: Scope) -> bool:
        if scope.everything:
            return True
        if self.enrolment_id and self.enrolment and self.enrolment.is_within(scope):
            return True
        if self.origin == self.Origin.PAPER and self.organisation_id is None:
            return self.person.is_within(scope)
        return self.organisation_id in scope.organisation_ids

    def is_valid_on(self, day: date) -> bool:
        return (
            self.result == self.Result.COMPLETED
            and self.voided_at is None
            and (self.valid_until is None or self.valid_until >= day)
        )

"""What is taught: courses, their versions with rule and validity, and who must hold which."""

from decimal import Decimal
from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from members.models import Language
from network.base.history import tracked
from network.base.ids import new_id
from network.base.text import Fold, SortKey
from trainings.querysets import CourseQuerySet, RequirementQuerySet


class Theme(models.TextChoices):
    LEADERSHIP = "leadership", _("Liderazgo")
    SAFETY = "safety", _("Seguridad y salud en el trabajo")
    RIGHTS = "rights", _("Derechos")
    ENTREPRENEURSHIP = "entrepreneurship", _("Emprendimiento")
    FINANCE = "finance", _("Finanzas")
    ENVIRONMENT = "environment", _("Ambiente")
    DIGITAL = "digital", _("Herramientas digitales")
    OTHER = "other", _("Otro tema")


class Holder(models.TextChoices):
    """Roles that a course is meant for or that must hold it. Who has one is told by dates."""

    MEMBER = "member", _("Socia")
    PALLAQUERA = "pallaquera", _("Pallaquera")
    OFFICE_HOLDER = "office_holder", _("Dirigenta")
    SAFETY_DELEGATE = "safety_delegate", _("Delegada de seguridad")
    PRESIDENT = "president", _("Presidenta")
    TREASURER = "treasurer", _("Tesorera")
    TRAINER = "trainer", _("Formadora")


@tracked
class Course(models.Model):
    """What is taught under one name, whatever its wording has become. Distinct by code and name.

    A refresher `renews` another course: completing it renews what she holds of that one.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("nombre"), max_length=120)
    short_name = models.CharField(_("nombre corto"), max_length=40, blank=True)
    code = models.SlugField(_("clave"), max_length=30, unique=True)
    theme = models.CharField(_("tema"), max_length=16, choices=Theme)
    renews = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="refreshers",
        verbose_name=_("renueva a"),
    )
    retired_on = models.DateField(_("dejó de darse el"), null=True, blank=True)
    is_demo = models.BooleanField(default=False)
    search_key = models.GeneratedField(
        expression=Fold("name"), output_field=models.TextField(), db_persist=True
    )
    name_key = models.GeneratedField(
        expression=SortKey("name"),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )

    objects = CourseQuerySet.as_manager()

    class Meta:
        verbose_name = _("curso")
        verbose_name_plural = _("cursos")
        constraints = [
            models.UniqueConstraint(
                fields=["name_key"],
                name="trainings_course_name",
                violation_error_message=_("Ya hay un curso con ese nombre."),
            ),
            models.CheckConstraint(
                condition=Q(renews=None) | ~Q(renews=F("id")),
                name="trainings_course_renews",
                violation_error_message=_("Un curso no se renueva a sí mismo."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def called(self) -> str:
        return self.short_name or self.name


@tracked
class CourseAlias(models.Model):
    """Another name a course goes by in old papers, as someone confirmed it. Distinct by its words,
    whatever their capitals and accents."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="aliases")
    name = models.CharField(_("también escrito"), max_length=160)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(db_default=Now())
    name_key = models.GeneratedField(
        expression=Fold("name"), output_field=models.TextField(), db_persist=True
    )

    class Meta:
        verbose_name = _("otro nombre de un curso")
        verbose_name_plural = _("otros nombres de los cursos")
        constraints = [
            models.UniqueConstraint(
                fields=["name_key"],
                name="trainings_coursealias_name",
                violation_error_message=_("Ese nombre ya es de un curso."),
            )
        ]

    def __str__(self) -> str:
        return self.name


# What a completion is decided by: frozen with the first one.
RULE = (
    "course",
    "number",
    "hours",
    "minimum_share",
    "needs_test",
    "pass_mark",
    "validity",
    "valid_months",
    "season_month",
    "season_day",
    "season_least_months",
    "refresh_window_days",
)


@tracked
class CourseVersion(models.Model):
    """One wording of a course with its hours, its rule of completion and its validity.

    Once something was completed under it, its rule no longer changes: a new version is made.
    """

    class Validity(models.TextChoices):
        NONE = "none", _("No vence")
        ROLLING = "rolling", _("Vence a los meses de completarlo")
        SEASON = "season", _("Vence cada año en una fecha fija")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("versión"))
    hours = models.DecimalField(
        _("horas"), max_digits=5, decimal_places=1, validators=[MinValueValidator(Decimal("0.5"))]
    )
    syllabus = models.TextField(_("temario"), blank=True)
    languages = ArrayField(
        models.CharField(max_length=8, choices=Language),
        verbose_name=_("lenguas"),
        default=list,
        blank=True,
    )
    target_roles = ArrayField(
        models.CharField(max_length=16, choices=Holder),
        verbose_name=_("para quiénes"),
        default=list,
        blank=True,
    )
    materials = models.TextField(_("materiales"), blank=True)
    manual_version = models.ForeignKey(
        "trainings.PublicationVersion",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="course_versions",
        verbose_name=_("edición del manual que sigue"),
    )
    minimum_share = models.PositiveSmallIntegerField(
        _("asistencia mínima (% de las horas previstas)"),
        default=80,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    needs_test = models.BooleanField(_("pide prueba final"), default=False)
    pass_mark = models.PositiveSmallIntegerField(
        _("nota mínima (%)"), null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    validity = models.CharField(
        _("vigencia"), max_length=8, choices=Validity, default=Validity.NONE
    )
    valid_months = models.PositiveSmallIntegerField(
        _("meses de vigencia"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    season_month = models.PositiveSmallIntegerField(_("mes en que vence"), null=True, blank=True)
    season_day = models.PositiveSmallIntegerField(_("día en que vence"), null=True, blank=True)
    season_least_months = models.PositiveSmallIntegerField(
        _("meses que vale al menos"), null=True, blank=True
    )
    refresh_window_days = models.PositiveSmallIntegerField(
        _("días antes de vencer en que se puede renovar"), default=90
    )
    in_use_from = models.DateField(_("se usa desde"))
    is_demo = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("versión de un curso")
        verbose_name_plural = _("versiones de los cursos")
        ordering = ["course", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["course", "number"],
                name="trainings_courseversion_number",
                violation_error_message=_("Ese curso ya tiene esa versión."),
            ),
            # The pair that editions and completions refer to (migration 0022).
            models.UniqueConstraint(fields=["id", "course"], name="trainings_courseversion_pair"),
            models.CheckConstraint(
                condition=Q(hours__gt=0, hours__lte=999),
                name="trainings_courseversion_hours",
                violation_error_message=_("Un curso tiene entre media hora y 999 horas."),
            ),
            models.CheckConstraint(
                condition=Q(minimum_share__gte=1, minimum_share__lte=100),
                name="trainings_courseversion_share",
                violation_error_message=_("La asistencia mínima va de 1 a 100 %."),
            ),
            models.CheckConstraint(
                condition=Q(needs_test=False, pass_mark=None)
                | Q(needs_test=True, pass_mark__gte=1, pass_mark__lte=100),
                name="trainings_courseversion_test",
                violation_error_message=_("Con prueba final se pide una nota mínima de 1 a 100 %."),
            ),
            models.CheckConstraint(
                condition=Q(validity="none", valid_months=None, season_month=None, season_day=None)
                | Q(validity="rolling", valid_months__gte=1, season_month=None, season_day=None)
                | Q(
                    validity="season",
                    valid_months=None,
                    season_month__gte=1,
                    season_month__lte=12,
                    season_day__gte=1,
                    season_day__lte=31,
                ),
                name="trainings_courseversion_validity",
                violation_error_message=_(
                    "Di cómo vence: no vence, a los meses, o en un día fijo de cada año."
                ),
            ),
        ]
        triggers = [
            # The lock waits for whoever is writing a completion under this version.
            pgtrigger.Trigger(
                name="rule_is_frozen",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.AnyChange(*RULE),
                func=(
                    "PERFORM 1 FROM trainings_courseversion WHERE id = OLD.id FOR UPDATE;"
                    " IF EXISTS (SELECT FROM trainings_completion WHERE version_id = OLD.id) THEN"
                    " RAISE EXCEPTION 'something was completed under this version' USING"
                    " ERRCODE = '23514', CONSTRAINT = 'trainings_courseversion_frozen'; END IF;"
                    " RETURN NEW;"
                ),
            )
        ]

    def __str__(self) -> str:
        return str(_("%(course)s, versión %(number)s")) % {
            "course": self.course.name,
            "number": self.number,
        }


@tracked
class Requirement(models.Model):
    """Which role must hold which course, from a day to a day. Distinct by role and course.

    It binds every organisation but the exempt ones (`Exemption`).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    role = models.CharField(_("quién"), max_length=16, choices=Holder)
    course = models.ForeignKey(
        Course, on_delete=models.PROTECT, related_name="requirements", verbose_name=_("curso")
    )
    starts_on = models.DateField(_("desde"))
    ends_on = models.DateField(_("hasta"), null=True, blank=True)
    exempt_organisations = models.ManyToManyField(
        "members.Organisation",
        through="trainings.Exemption",
        related_name="+",
        verbose_name=_("no se pide en"),
    )
    reason = models.CharField(_("por qué se pide"), max_length=200, blank=True)
    is_demo = models.BooleanField(default=False)

    objects = RequirementQuerySet.as_manager()

    class Meta:
        verbose_name = _("requisito")
        verbose_name_plural = _("requisitos")
        constraints = [
            models.UniqueConstraint(
                fields=["role", "course"],
                condition=Q(ends_on=None),
                name="trainings_requirement_once",
                violation_error_message=_("Ese curso ya se pide a ese grupo."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="trainings_requirement_dates",
                violation_error_message=_("La fecha de término es anterior a la de inicio."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} · {self.course}"

    def is_within(self, scope: Any) -> bool:
        return bool(scope.everything)


@tracked
class Exemption(models.Model):
    """An organisation of which a requirement asks nothing, and why."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    requirement = models.ForeignKey(
        Requirement, on_delete=models.CASCADE, related_name="exemptions", db_index=False
    )
    organisation = models.ForeignKey(
        "members.Organisation",
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("organización"),
    )
    reason = models.CharField(_("por qué no se le pide"), max_length=200)

    class Meta:
        verbose_name = _("organización a la que no se pide")
        verbose_name_plural = _("organizaciones a las que no se pide")
        constraints = [
            models.UniqueConstraint(
                fields=["requirement", "organisation"],
                name="trainings_exemption_once",
                violation_error_message=_("A esa organización ya no se le pide."),
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="trainings_exemption_reason",
                violation_error_message=_("Escribe por qué no se le pide."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.requirement} · {self.organisation}"

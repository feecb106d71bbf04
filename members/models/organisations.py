"""Organisations, the regional networks above them, and the dated affiliations between the two."""

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from members.access import Scope
from members.models.periods import Period, PeriodQuerySet, day_range, ends_after_it_starts
from members.querysets import OrganisationQuerySet, RegionalNetworkQuerySet
from network.base.fields import BlindIndexField, SealedField
from network.base.history import tracked
from network.base.ids import new_id
from network.base.text import Fold, SortKey


@tracked
class RegionalNetwork(models.Model):
    """Alliance of organisations in a region, under the national network."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("nombre"), max_length=120)
    code = models.SlugField(_("clave"), max_length=30, unique=True)
    department = models.ForeignKey(
        "places.Department",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("región"),
    )
    founded_on = models.DateField(_("fundada el"), null=True, blank=True)
    note = models.TextField(_("nota"), blank=True)
    is_demo = models.BooleanField(default=False)
    name_key = models.GeneratedField(
        expression=SortKey("name"),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )

    objects = RegionalNetworkQuerySet.as_manager()

    class Meta:
        verbose_name = _("red regional")
        verbose_name_plural = _("redes regionales")
        constraints = [
            models.UniqueConstraint(
                fields=["name_key"],
                name="members_regionalnetwork_name",
                violation_error_message=_("Ya hay una red regional con ese nombre."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def is_within(self, scope: Scope) -> bool:
        return scope.everything or self.pk in scope.regional_network_ids


@tracked
class Organisation(models.Model):
    """Base association, cooperative, company or community group of women miners of the network."""

    class Kind(models.TextChoices):
        ASSOCIATION = "association", _("Asociación")
        COOPERATIVE = "cooperative", _("Cooperativa")
        COMPANY = "company", _("Empresa")
        COMMUNITY = "community", _("Comunidad")
        COMMITTEE = "committee", _("Comité o grupo")

    class Formalisation(models.TextChoices):
        UNKNOWN = "unknown", _("No se sabe")
        NOT_STARTED = "not_started", _("Sin iniciar")
        REGISTERED = "registered", _("Inscrita en el registro de formalización")
        IN_PROCESS = "in_process", _("Con trámites en curso")
        SUSPENDED = "suspended", _("Inscripción suspendida")
        EXCLUDED = "excluded", _("Excluida del registro")
        FORMALISED = "formalised", _("Formalizada")

    class Activity(models.TextChoices):
        GLEANING = "gleaning", _("Pallaqueo")
        EXTRACTION = "extraction", _("Extracción")
        ALLUVIAL = "alluvial", _("Lavado aluvial")
        PROCESSING = "processing", _("Beneficio o planta")
        TRADE = "trade", _("Comercialización")
        JEWELLERY = "jewellery", _("Joyería")
        SERVICES = "services", _("Servicios y comedor")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("nombre"), max_length=160)
    short_name = models.CharField(_("nombre corto"), max_length=60, blank=True)
    kind = models.CharField(_("tipo"), max_length=16, choices=Kind, default=Kind.ASSOCIATION)
    ruc = models.CharField("RUC", max_length=11, blank=True)
    formalisation = models.CharField(
        _("formalización"), max_length=16, choices=Formalisation, default=Formalisation.UNKNOWN
    )
    activities = ArrayField(
        models.CharField(max_length=16, choices=Activity),
        verbose_name=_("actividades en la cadena"),
        default=list,
        blank=True,
    )
    founded_on = models.DateField(_("fundada el"), null=True, blank=True)
    founded_precision = models.CharField(max_length=1, default="d")
    district = models.ForeignKey(
        "places.District",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("distrito"),
    )
    zone = models.ForeignKey(
        "places.MiningZone",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("zona minera"),
    )
    contact_name = models.CharField(_("persona de contacto"), max_length=120, blank=True)
    contact_phone_sealed = SealedField(_("teléfono de contacto"), null=True, editable=False)
    contact_phone_index = BlindIndexField(
        kind="phone", source="contact_phone_sealed", null=True, editable=False
    )
    contact_phone_tail = models.CharField(max_length=3, blank=True, editable=False)
    contact_email = models.EmailField(_("correo de contacto"), blank=True)
    note = models.TextField(_("nota"), blank=True)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    trashed_at = models.DateTimeField(null=True, blank=True, editable=False)
    search_key = models.GeneratedField(
        expression=Fold("name"), output_field=models.TextField(), db_persist=True
    )
    name_key = models.GeneratedField(
        expression=SortKey("name"),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organización")
        verbose_name_plural = _("organizaciones")
        indexes = [
            models.Index(fields=["name_key", "id"], name="members_org_order"),
            GinIndex(OpClass(F("search_key"), name="gin_trgm_ops"), name="members_org_search"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["ruc"],
                condition=~Q(ruc=""),
                name="members_organisation_ruc",
                violation_error_message=_("Ya hay una organización con ese RUC."),
            ),
            models.CheckConstraint(
                condition=Q(ruc="") | Q(ruc__regex=r"^(10|15|16|17|20)[0-9]{9}$"),
                name="members_organisation_ruc_form",
                violation_error_message=_(
                    "El RUC tiene 11 números y empieza con 10, 15, 16, 17 o 20."
                ),
            ),
            models.CheckConstraint(
                condition=Q(founded_precision__in=["d", "m", "y"]),
                name="members_organisation_founded_precision",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def is_within(self, scope: Scope) -> bool:
        return scope.everything or self.pk in scope.organisation_ids

    @property
    def called(self) -> str:
        """The name people use for it."""
        return self.short_name or self.name


class OrganisationAlias(models.Model):
    """Another name an organisation is written with in people's workbooks, as someone settled it."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(_("también escrita"), max_length=160)
    name_key = models.GeneratedField(
        expression=Fold("name"), output_field=models.TextField(), db_persist=True
    )

    class Meta:
        verbose_name = _("otro nombre")
        constraints = [
            models.UniqueConstraint(fields=["name_key"], name="members_organisationalias_name")
        ]

    def __str__(self) -> str:
        return self.name


NATIONAL = "00000000-0000-0000-0000-000000000000"


@tracked
class Affiliation(Period):
    """An organisation's dated place in a network; without regional network, in the national one.

    Distinct by organisation, network and first day; two of the same pair never overlap.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="affiliations"
    )
    regional_network = models.ForeignKey(
        RegionalNetwork,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="affiliations",
        verbose_name=_("red regional"),
    )
    end_reason = models.CharField(_("por qué terminó"), max_length=200, blank=True)

    objects = PeriodQuerySet.as_manager()

    class Meta:
        verbose_name = _("afiliación")
        verbose_name_plural = _("afiliaciones")
        indexes = [
            models.Index(fields=["regional_network", "organisation"], name="members_aff_net")
        ]
        constraints = [
            ends_after_it_starts("members_affiliation_dates"),
            ExclusionConstraint(
                name="members_affiliation_once",
                expressions=[
                    ("organisation", RangeOperators.EQUAL),
                    (
                        Coalesce("regional_network", models.Value(NATIONAL, models.UUIDField())),
                        RangeOperators.EQUAL,
                    ),
                    (day_range(), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Ya está afiliada a esa red en esas fechas."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} · {self.network_name}"

    def is_within(self, scope: Scope) -> bool:
        return self.organisation.is_within(scope)

    @property
    def network_name(self) -> str:
        return self.regional_network.name if self.regional_network else str(_("Red nacional"))

    def reason_in_words(self, today: date) -> str:
        """Why it counts, or does not, today."""
        return f"{self.network_name}: {self.in_words(today)}"

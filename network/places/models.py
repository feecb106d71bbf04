"""Departments, provinces and districts under their INEI codes, and the mining zones inside them."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from network.base.access import can
from network.base.history import tracked
from network.base.ids import new_id
from network.base.text import Fold, SortKey


class Place(models.Model):
    """What the three levels share. `valid_from` is empty for places of the first list loaded;
    `valid_to` is set when a code leaves the list. Rows stay: records keep pointing at them."""

    name = models.CharField(_("nombre"), max_length=80)
    valid_from = models.DateField(_("vale desde"), null=True, blank=True)
    valid_to = models.DateField(_("valió hasta"), null=True, blank=True)
    search_key = models.GeneratedField(
        expression=Fold("name"), output_field=models.TextField(), db_persist=True
    )
    name_key = models.GeneratedField(
        expression=SortKey("name"),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("valid_from")), name="%(app_label)s_%(class)s_validity"
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^([0-9]{2})+$"), name="%(app_label)s_%(class)s_code"
            ),
        ]

    def __str__(self) -> str:
        return self.name


@tracked
class Department(Place):
    code = models.CharField(_("código INEI"), max_length=2, primary_key=True)

    class Meta(Place.Meta):
        verbose_name = _("región")
        verbose_name_plural = _("regiones")


@tracked
class Province(Place):
    code = models.CharField(_("código INEI"), max_length=4, primary_key=True)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="provinces")

    class Meta(Place.Meta):
        verbose_name = _("provincia")
        verbose_name_plural = _("provincias")
        constraints = [
            *Place.Meta.constraints,
            models.CheckConstraint(
                condition=Q(code__startswith=F("department")), name="places_province_inside"
            ),
        ]


class DistrictQuerySet(models.QuerySet["District"]):
    def choosable(self) -> "DistrictQuerySet":
        """Districts on the official list today, each once."""
        return self.filter(valid_to=None, duplicate_of=None)


@tracked
class District(Place):
    """`reniec_code` is another numbering of the same districts: never mixed with `code`.

    `duplicate_of` marks a code that the published list repeats under the same name and that the
    official count leaves out: it is understood when read, and never offered.
    """

    code = models.CharField(_("código INEI"), max_length=6, primary_key=True)
    province = models.ForeignKey(Province, on_delete=models.PROTECT, related_name="districts")
    reniec_code = models.CharField(_("código RENIEC"), max_length=6, null=True, blank=True)
    duplicate_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="duplicates"
    )

    objects = DistrictQuerySet.as_manager()

    class Meta(Place.Meta):
        verbose_name = _("distrito")
        verbose_name_plural = _("distritos")
        constraints = [
            *Place.Meta.constraints,
            models.CheckConstraint(
                condition=Q(code__startswith=F("province")), name="places_district_inside"
            ),
            # Deferred: two districts may exchange codes in one update of the list.
            models.UniqueConstraint(
                fields=["reniec_code"],
                name="places_district_reniec",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    @property
    def path(self) -> str:
        """ "Laberinto, Tambopata, Madre de Dios"."""
        return f"{self.name}, {self.province.name}, {self.province.department.name}"


class MiningZoneQuerySet(models.QuerySet["MiningZone"]):
    def visible_to(self, user: Any) -> "MiningZoneQuerySet":
        """Where women work is told to those who keep the list; others meet a zone at its
        organisation."""
        return self if can(user, "place_edit") else self.none()


@tracked
class MiningZone(models.Model):
    """A named place of work inside a district: an annex, a sector, a camp. Never public.

    Distinct by district and name, accents and capitals aside.
    """

    class Kind(models.TextChoices):
        ALLUVIAL = "alluvial", _("Lavado aluvial")
        UNDERGROUND = "underground", _("Socavón o veta")
        WASTE_ROCK = "waste_rock", _("Desmontes")
        TOWN = "town", _("Centro poblado minero")
        OTHER = "other", _("Otra")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("nombre"), max_length=120)
    kind = models.CharField(_("tipo"), max_length=12, choices=Kind, default=Kind.OTHER)
    district = models.ForeignKey(
        District, on_delete=models.PROTECT, related_name="zones", verbose_name=_("distrito")
    )
    note = models.CharField(_("nota"), max_length=200, blank=True)
    is_demo = models.BooleanField(default=False)
    name_key = models.GeneratedField(
        expression=SortKey("name"),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )

    objects = MiningZoneQuerySet.as_manager()

    class Meta:
        verbose_name = _("zona minera")
        verbose_name_plural = _("zonas mineras")
        constraints = [
            models.UniqueConstraint(
                fields=["district", "name_key"],
                name="places_miningzone_name",
                violation_error_message=_("Ya hay una zona con ese nombre en el distrito."),
            )
        ]

    def __str__(self) -> str:
        return self.name

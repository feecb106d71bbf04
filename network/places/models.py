"""Departments, provinces and districts under their INEI codes, and the mining zones inside them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from network.base.history import tracked
from network.base.ids import new_id
from network.base.text import Fold, SortKey


class Place(models.Model):
    """What the three levels share. `valid_to` is set when a code leaves the official list."""

    name = models.CharField(_("nombre"), max_length=80)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
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

    def __str__(self) -> str:
        return self.name


class Department(Place):
    code = models.CharField(_("código INEI"), max_length=2, primary_key=True)

    class Meta:
        verbose_name = _("región")
        verbose_name_plural = _("regiones")


class Province(Place):
    code = models.CharField(_("código INEI"), max_length=4, primary_key=True)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="provinces")

    class Meta:
        verbose_name = _("provincia")


class District(Place):
    """`reniec_code` is another numbering of the same districts: never mixed with `code`."""

    code = models.CharField(_("código INEI"), max_length=6, primary_key=True)
    province = models.ForeignKey(Province, on_delete=models.PROTECT, related_name="districts")
    reniec_code = models.CharField(_("código RENIEC"), max_length=6, null=True, unique=True)

    class Meta:
        verbose_name = _("distrito")

    @property
    def path(self) -> str:
        """ "Laberinto, Tambopata, Madre de Dios"."""
        return f"{self.name}, {self.province.name}, {self.province.department.name}"


@tracked
class MiningZone(models.Model):
    """A named place of work inside a district: an annex, a sector, a camp. Never public."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("nombre"), max_length=120)
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

"""The manual and other publications: versions, topics, readings and the copies handed out."""

from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models import Language, Organisation, Person, RegionalNetwork
from network.base.history import tracked
from network.base.ids import new_id
from network.base.triggers import refusing_where
from trainings.models.editions import Edition
from trainings.querysets import PublicationVersionQuerySet


@tracked
class Publication(models.Model):
    """Something the network publishes for its members, such as the Manual for Pallaqueras."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("título"), max_length=160)
    code = models.SlugField(_("clave"), max_length=40, unique=True)
    summary = models.TextField(_("de qué trata"), blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("publicación")
        verbose_name_plural = _("publicaciones")

    def __str__(self) -> str:
        return self.name


@tracked
class PublicationVersion(models.Model):
    """One wording in one language. Distinct by publication, number and language.

    `needs_new_reading`: whoever acknowledged an earlier one is asked to read this one too.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("versión"))
    language = models.CharField(
        _("lengua"), max_length=8, choices=Language, default=Language.SPANISH
    )
    published_on = models.DateField(_("publicada el"), null=True, blank=True)
    changes = models.TextField(_("qué cambió"), blank=True)
    needs_new_reading = models.BooleanField(_("se pide leerla de nuevo"), default=True)
    file = models.ForeignKey(
        "documents.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    is_demo = models.BooleanField(default=False)

    objects = PublicationVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("versión de una publicación")
        verbose_name_plural = _("versiones de las publicaciones")
        ordering = ["publication", "-number", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["publication", "number", "language"],
                name="trainings_publicationversion_once",
                violation_error_message=_("Esa versión ya existe en esa lengua."),
            )
        ]

    def __str__(self) -> str:
        return str(_("%(name)s, versión %(number)s (%(language)s)")) % {
            "name": self.publication.name,
            "number": self.number,
            "language": self.get_language_display(),
        }


@tracked
class Topic(models.Model):
    """One topic of a version: text first, then what to do and what not, a picture, a recording."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.ForeignKey(PublicationVersion, on_delete=models.CASCADE, related_name="topics")
    order = models.PositiveSmallIntegerField(_("orden"))
    title = models.CharField(_("título"), max_length=120)
    text = models.TextField(_("texto"))
    do = models.TextField(_("sí, una cosa por línea"), blank=True)
    avoid = models.TextField(_("no, una cosa por línea"), blank=True)
    picture = models.ForeignKey(
        "documents.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    picture_words = models.CharField(_("qué se ve en la imagen"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("tema del manual")
        verbose_name_plural = _("temas del manual")
        ordering = ["version", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "order"],
                name="trainings_topic_order",
                violation_error_message=_("Ya hay un tema en ese lugar."),
            ),
            models.CheckConstraint(
                condition=Q(picture=None) | ~Q(picture_words=""),
                name="trainings_topic_picture",
                violation_error_message=_("Di con palabras qué se ve en la imagen."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="of_a_draft",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func=refusing_where(
                    "SELECT FROM trainings_publicationversion v WHERE v.id ="
                    " NEW.version_id AND v.published_on IS NOT NULL",
                    why="a topic added to what was published",
                    constraint="trainings_topic_draft",
                ),
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def do_lines(self) -> list[str]:
        return [line.strip() for line in self.do.splitlines() if line.strip()]

    @property
    def avoid_lines(self) -> list[str]:
        return [line.strip() for line in self.avoid.splitlines() if line.strip()]


@tracked
class Reading(models.Model):
    """A person said that she read a version. Distinct by person and version."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="readings")
    version = models.ForeignKey(
        PublicationVersion, on_delete=models.PROTECT, related_name="readings"
    )
    acknowledged_at = models.DateTimeField()
    received_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("lectura")
        verbose_name_plural = _("lecturas")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "version"],
                name="trainings_reading_once",
                violation_error_message=_("Ya dijo que la leyó."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.version}"


@tracked
class StockMovement(models.Model):
    """Printed copies that came to a region or left it other than by handing out; what is left is
    the sum of these less the copies handed out there. Without region: the national store."""

    class Kind(models.TextChoices):
        PRINTED = "printed", _("Llegó de imprenta")
        MOVED_IN = "moved_in", _("Llegó de otro depósito")
        MOVED_OUT = "moved_out", _("Salió a otro depósito")
        LOST = "lost", _("Perdida o dañada")
        COUNTED = "counted", _("Ajuste por conteo")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.ForeignKey(PublicationVersion, on_delete=models.PROTECT, related_name="stock")
    regional_network = models.ForeignKey(
        RegionalNetwork, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    kind = models.CharField(_("movimiento"), max_length=10, choices=Kind)
    copies = models.IntegerField(_("ejemplares"))
    moved_on = models.DateField(_("día"))
    note = models.CharField(_("nota"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("movimiento de ejemplares")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["printed", "moved_in"], copies__gt=0)
                | Q(kind__in=["moved_out", "lost"], copies__lt=0)
                | (Q(kind="counted") & ~Q(copies=0)),
                name="trainings_stockmovement_sign",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.copies}"


@tracked
class Handout(models.Model):
    """Printed copies handed out, in an edition or apart, to a person or counted by organisation."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.ForeignKey(
        PublicationVersion, on_delete=models.PROTECT, related_name="handouts"
    )
    edition = models.ForeignKey(
        Edition, on_delete=models.PROTECT, null=True, blank=True, related_name="handouts"
    )
    regional_network = models.ForeignKey(
        RegionalNetwork, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="handouts"
    )
    copies = models.PositiveIntegerField(_("ejemplares"), default=1)
    handed_on = models.DateField(_("día"))
    receipt = models.ForeignKey(
        "documents.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("entrega de ejemplares")
        verbose_name_plural = _("entregas de ejemplares")
        constraints = [
            models.CheckConstraint(condition=Q(copies__gte=1), name="trainings_handout_copies"),
            models.CheckConstraint(
                condition=Q(person=None) | Q(copies=1), name="trainings_handout_person"
            ),
            models.UniqueConstraint(
                fields=["version", "edition", "person"],
                condition=Q(person__isnull=False, edition__isnull=False),
                name="trainings_handout_once",
                violation_error_message=_("Ya recibió su ejemplar en esta edición."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.copies} · {self.version}"

    def is_within(self, scope: Any) -> bool:
        return scope.everything or self.regional_network_id in scope.regional_network_ids

"""Marks: who was there at which session; not marked is a state of its own."""

from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from network.base.history import tracked
from network.base.ids import new_id
from network.base.triggers import refusing_where
from trainings.models.editions import Session
from trainings.models.enrolments import Enrolment
from trainings.querysets import AttendanceQuerySet


@tracked
class Attendance(models.Model):
    """One line of the roster of one session. Distinct by session and enrolment.

    The rows of a session are written together at its first mark, all *not marked*: so whoever
    leaves the edition later stays in what happened, and who comes later is not in it.
    Two composite foreign keys (migration 0002) refuse a mark that joins two editions.
    """

    class Mark(models.TextChoices):
        UNMARKED = "", _("Sin marcar")
        PRESENT = "p", _("Presente")
        LATE = "l", _("Tarde")
        EXCUSED = "e", _("Justificada")
        ABSENT = "a", _("Faltó")

    class Origin(models.TextChoices):
        ROSTER = "roster", _("Lista")
        GRID = "grid", _("Pantalla de asistencia")
        PHONE = "phone", _("Teléfono")
        SHEET = "sheet", _("Hoja de firmas")
        IMPORT = "import", _("Lista importada")

    # Present and late came; their planned hours count.
    CAME = (Mark.PRESENT, Mark.LATE)

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    session = models.ForeignKey(
        Session, on_delete=models.PROTECT, related_name="marks", db_index=False
    )
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="marks")
    edition = models.ForeignKey(
        "trainings.Edition", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    mark = models.CharField(
        _("marca"), max_length=1, choices=Mark, default=Mark.UNMARKED, blank=True
    )
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.ROSTER)
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    marked_at = models.DateTimeField(null=True)  # by the clock of whoever marked
    received_at = models.DateTimeField(null=True)  # by the server's
    # Minted where the mark was made: the same one sent twice is one mark.
    client_id = models.UUIDField(null=True, editable=False)
    correction_reason = models.CharField(_("por qué se corrigió"), max_length=200, blank=True)

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("asistencia")
        verbose_name_plural = _("asistencias")
        constraints = [
            models.UniqueConstraint(
                fields=["session", "enrolment"],
                name="trainings_attendance_once",
                violation_error_message=_("Ya está en la lista de esta sesión."),
            ),
            models.UniqueConstraint(
                fields=["client_id"],
                condition=Q(client_id__isnull=False),
                name="trainings_attendance_client",
            ),
            models.CheckConstraint(
                condition=Q(mark__in=["", "p", "l", "e", "a"]), name="trainings_attendance_mark"
            ),
            models.CheckConstraint(
                condition=Q(mark="") | Q(marked_at__isnull=False, received_at__isnull=False),
                name="trainings_attendance_when",
            ),
        ]
        triggers = [
            # Whoever left after the roster was written stays in it, and her mark may be corrected.
            pgtrigger.Trigger(
                name="of_a_session_held",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("mark"),
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__mark__in=["p", "l", "e", "a"]),
                func=refusing_where(
                    "SELECT FROM trainings_session s WHERE s.id = NEW.session_id AND"
                    " (s.cancelled_at IS NOT NULL OR s.held_on > (now() AT TIME ZONE"
                    " 'America/Lima')::date)",
                    why="a mark in a session that was not held",
                    constraint="trainings_attendance_held",
                ),
            ),
            pgtrigger.Trigger(
                name="of_somebody_coming",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func=refusing_where(
                    "SELECT FROM trainings_enrolment e WHERE e.id = NEW.enrolment_id"
                    " AND e.state IN ('declined', 'withdrew')",
                    why="a mark of somebody who is not coming",
                    constraint="trainings_attendance_coming",
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_mark_display()} · {self.enrolment_id}"

    def is_within(self, scope: Any) -> bool:
        return self.enrolment.is_within(scope)


@tracked
class SessionRecord(models.Model):
    """A photo or scan of the signed sheet of a session: its evidence."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="records")
    document = models.ForeignKey(
        "documents.Document", on_delete=models.PROTECT, related_name="+", verbose_name=_("hoja")
    )

    class Meta:
        verbose_name = _("hoja de firmas")
        verbose_name_plural = _("hojas de firmas")
        constraints = [
            models.UniqueConstraint(fields=["session", "document"], name="trainings_record_once")
        ]

    def __str__(self) -> str:
        return str(self.document)

"""Who is in an edition, with the organisation she came from on that day, and what she needs."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.access import Scope
from members.models import Organisation, Person
from network.base.history import tracked
from network.base.ids import new_id
from network.base.text import Fold, SortKey
from trainings.models.editions import Edition
from trainings.querysets import EnrolmentQuerySet


@tracked
class Enrolment(models.Model):
    """A place in the roster of an edition. Distinct by edition and person.

    A walk-in has no person: her name and organisation are written as she said them, until someone
    joins her to a person. `organisation` is where she came from on that day and never follows her.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Propuesta")
        INVITED = "invited", _("Invitada")
        CONFIRMED = "confirmed", _("Confirmada")
        WAITING = "waiting", _("En espera")
        DECLINED = "declined", _("No puede ir")
        WITHDREW = "withdrew", _("Se retiró")

    class Origin(models.TextChoices):
        ORGANISATION = "organisation", _("Propuesta de su organización")
        REGION = "region", _("Por su región")
        GAP = "gap", _("Por un curso que le falta")
        WALK_IN = "walk_in", _("Llegó el mismo día")
        IMPORT = "import", _("De una lista")

    # Which state may follow which. Seats are promised by those of querysets.HOLDING.
    NEXT = {
        State.PROPOSED: {State.INVITED, State.CONFIRMED, State.WAITING, State.DECLINED},
        State.INVITED: {State.CONFIRMED, State.DECLINED, State.WAITING, State.WITHDREW},
        State.CONFIRMED: {State.WITHDREW, State.DECLINED},
        State.WAITING: {State.INVITED, State.CONFIRMED, State.WITHDREW, State.DECLINED},
        State.DECLINED: {State.INVITED, State.CONFIRMED, State.WAITING},
        State.WITHDREW: {State.INVITED, State.CONFIRMED, State.WAITING},
    }

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    edition = models.ForeignKey(
        Edition, on_delete=models.PROTECT, related_name="enrolments", db_index=False
    )
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="enrolments"
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="enrolments",
        verbose_name=_("vino por"),
    )
    walk_in_name = models.CharField(_("nombre como lo dijo"), max_length=160, blank=True)
    walk_in_organisation = models.CharField(
        _("organización como la dijo"), max_length=160, blank=True
    )
    state = models.CharField(_("estado"), max_length=10, choices=State, default=State.PROPOSED)
    origin = models.CharField(max_length=12, choices=Origin, default=Origin.ORGANISATION)
    state_reason = models.CharField(_("motivo"), max_length=200, blank=True)
    state_changed_at = models.DateTimeField()
    state_changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    enrolled_at = models.DateTimeField(auto_now_add=True)
    enrolled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    # A walk-in who turned out to be somebody in the roster already: her marks moved there.
    joined_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="joined", editable=False
    )
    is_demo = models.BooleanField(default=False)
    search_key = models.GeneratedField(
        expression=Fold("walk_in_name"), output_field=models.TextField(), db_persist=True
    )
    walk_in_key = models.GeneratedField(
        expression=SortKey("walk_in_name"),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("inscripción")
        verbose_name_plural = _("inscripciones")
        indexes = [
            models.Index(fields=["edition", "state"], name="trainings_enrolment_edition"),
        ]
        constraints = [
            # The pair that marks refer to, so that no mark joins two editions.
            models.UniqueConstraint(fields=["id", "edition"], name="trainings_enrolment_pair"),
            models.UniqueConstraint(
                fields=["edition", "person"],
                condition=Q(person__isnull=False, joined_into=None),
                name="trainings_enrolment_once",
                violation_error_message=_("Ya está en la lista de esta edición."),
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "proposed",
                        "invited",
                        "confirmed",
                        "waiting",
                        "declined",
                        "withdrew",
                    ]
                ),
                name="trainings_enrolment_state",
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False) | ~Q(walk_in_name=""),
                name="trainings_enrolment_named",
                violation_error_message=_("Escribe su nombre."),
            ),
        ]

    def __str__(self) -> str:
        return self.listed_name

    def is_within(self, scope: Scope) -> bool:
        return self.edition.is_within(scope) or (
            self.organisation_id is not None and self.organisation_id in scope.organisation_ids
        )

    @property
    def listed_name(self) -> str:
        return self.person.listed_name if self.person else self.walk_in_name

    @property
    def came_from(self) -> str:
        return self.organisation.called if self.organisation else self.walk_in_organisation


@tracked
class Needs(models.Model):
    """What a person needs to be able to come, asked once and used in every edition."""

    person = models.OneToOneField(
        Person, on_delete=models.CASCADE, primary_key=True, related_name="needs"
    )
    children_count = models.PositiveSmallIntegerField(_("niños que la acompañan"), default=0)
    needs_transport = models.BooleanField(_("necesita movilidad"), default=False)
    transport_from = models.CharField(_("desde dónde viene"), max_length=120, blank=True)
    diet = models.CharField(_("qué no puede comer"), max_length=120, blank=True)
    needs_interpreter = models.CharField(
        _("lengua en que prefiere el curso"), max_length=60, blank=True
    )
    access_note = models.CharField(_("qué necesita para participar"), max_length=200, blank=True)
    asked_on = models.DateField(_("preguntado el"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("necesidades para participar")
        constraints = [
            models.CheckConstraint(
                condition=Q(children_count__lte=15),
                name="trainings_needs_children",
                violation_error_message=_("Revisa cuántos niños son."),
            )
        ]

    def __str__(self) -> str:
        return str(self.person)

    @property
    def is_empty(self) -> bool:
        return not (
            self.children_count
            or self.needs_transport
            or self.diet
            or self.needs_interpreter
            or self.access_note
        )


@tracked
class WalkInJoin(models.Model):
    """A walk-in recognised as a person: what moved, so that it can be taken apart again."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="joins")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    into = models.ForeignKey(Enrolment, on_delete=models.PROTECT, null=True, related_name="+")
    # Ids of the marks and scores that moved to `into`, and of the rows of hers they replaced.
    moved = models.JSONField(default=dict)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    done_at = models.DateTimeField(auto_now_add=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("reconocimiento de una persona")
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment"],
                condition=Q(undone_at=None),
                name="trainings_walkinjoin_once",
                violation_error_message=_("Ya se dijo quién es."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} → {self.person_id}"

    def is_within(self, scope: Any) -> bool:
        return self.enrolment.is_within(scope)

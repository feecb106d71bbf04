"""Questions asked of trainings. Rows of people reach a view only through `visible_to`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models import (
    Case,
    Count,
    DecimalField,
    Exists,
    F,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.db.models.sql.datastructures import BaseTable
from django.utils import timezone

from members.access import Scope, scope_of
from network.base.access import can
from network.base.text import fold

HOLDING = ("invited", "confirmed")
HOURS = DecimalField(max_digits=8, decimal_places=2)


class CourseQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> CourseQuerySet:
        """The catalogue holds nobody's data: whoever works with trainings sees all of it."""
        return self if can(user, "training_view") else self.none()

    def taught(self, on: date | None = None) -> CourseQuerySet:
        on = on or timezone.localdate()
        return self.filter(Q(retired_on=None) | Q(retired_on__gt=on))

    def search(self, text: str) -> CourseQuerySet:
        rows = self
        for word in fold(text).split():
            rows = rows.filter(search_key__contains=word)
        return rows


class RequirementQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> RequirementQuerySet:
        return self if can(user, "training_view") else self.none()

    def in_force(self, on: date | None = None) -> RequirementQuerySet:
        on = on or timezone.localdate()
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=on), starts_on__lte=on)


class CoverageQuerySet(models.QuerySet):
    """Kept counts; `counted_on` gives those that stand and counts the others on the spot."""

    def counted_on(self, day: date, within: Collection[UUID] | None = None) -> CoverageQuerySet:
        """Of the whole network or of some organisations; `on` turns it to another day."""
        rows = self.filter(requirement__isnull=False).on(day, within)
        rows._within = within
        return rows

    def on(self, day: date, within: Collection[UUID] | None = None) -> CoverageQuerySet:
        from trainings import coverage  # noqa: PLC0415  # it stands on the models

        within = within if within is not None else self._within
        requirements = apps.get_model("trainings", "Requirement").objects.in_force(day)
        text, params = coverage.counted_cells_sql(
            list(requirements), day, within, coverage.standing(day, within)
        )
        columns = "requirement_id, organisation_id, due, covered, expiring, unverified"
        key = "md5(concat(requirement_id, organisation_id))::uuid AS id"
        return self.reading(f"SELECT {key}, {columns} FROM ({text}) counted", params)  # noqa: S608

    _within: Collection[UUID] | None = None

    def _clone(self) -> CoverageQuerySet:
        rows: CoverageQuerySet = super()._clone()  # type: ignore[misc]
        rows._within = self._within
        return rows

    def reading(self, text: str, params: Sequence[Any]) -> CoverageQuerySet:
        """The same questions asked of a query in the place of the table."""
        rows = self.all()
        alias = rows.query.get_initial_alias()
        rows.query.alias_map[alias] = _QueryAsTable(rows.model._meta.db_table, alias, text, params)
        return rows


class _QueryAsTable(BaseTable):
    def __init__(self, table: str, alias: str, text: str, params: Sequence[Any]) -> None:
        super().__init__(table, alias)
        self.text, self.params = text, params

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return f"({self.text}) {compiler.quote_name_unless_alias(self.table_alias)}", [*self.params]

    def relabeled_clone(self, change_map: Any) -> _QueryAsTable:
        alias = change_map.get(self.table_alias, self.table_alias)
        return _QueryAsTable(self.table_name, alias, self.text, self.params)


class EditionQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> EditionQuerySet:
        """Dates, places and counts of editions are no secret inside; rosters are (`Enrolment`)."""
        return self if can(user, "training_view") else self.none()

    def within(self, scope: Scope) -> EditionQuerySet:
        """Those a reach runs: its own regional networks', or all."""
        if scope.everything:
            return self
        return self.filter(regional_network__in=scope.regional_network_ids)

    def search(self, text: str) -> EditionQuerySet:
        rows = self
        for word in fold(text).split():
            rows = rows.filter(
                Q(course__search_key__contains=word)
                | Q(district__name_key__contains=word)
                | Q(zone__name__icontains=word)
                | Q(venue__icontains=word)
            )
        return rows

    def with_seats_taken(self) -> EditionQuerySet:
        """`seats_taken`: promised to whoever is invited or confirmed."""
        enrolments = apps.get_model("trainings", "Enrolment").objects
        taken = (
            enrolments.holding()
            .filter(edition=OuterRef("pk"))
            .order_by()
            .values("edition")
            .annotate(n=Count("pk"))
            .values("n")
        )
        return self.annotate(seats_taken=Coalesce(Subquery(taken), 0))

    def with_state(self, on: date) -> EditionQuerySet:
        """`state` on a day: the SQL of `Edition.state_on`, over its `seats_taken`."""
        states = apps.get_model("trainings", "Edition").State
        is_open = Q(opened_on__lte=on)
        return self.with_seats_taken().annotate(
            state=Case(
                When(cancelled_on__isnull=False, then=Value(states.CANCELLED)),
                When(closed_on__isnull=False, then=Value(states.CLOSED)),
                When(ends_on__lt=on, then=Value(states.ENDED)),
                When(starts_on__lte=on, then=Value(states.RUNNING)),
                When(is_open & Q(seats__lte=F("seats_taken")), then=Value(states.FULL)),
                When(is_open, then=Value(states.OPEN)),
                default=Value(states.PLANNED),
                output_field=models.CharField(),
            )
        )

    def going(self) -> EditionQuerySet:
        """Neither closed nor cancelled."""
        return self.filter(closed_on=None, cancelled_on=None)

    def taught_by(self, person_id: Any) -> EditionQuerySet:
        """Those in which this person teaches."""
        trainers = apps.get_model("trainings", "EditionTrainer").objects
        return self.filter(Exists(trainers.filter(edition=OuterRef("pk"), person=person_id)))

    def with_planned_hours(self) -> EditionQuerySet:
        """`planned_hours`: of all sessions not cancelled, held or still to come."""
        sessions = apps.get_model("trainings", "Session").objects.standing()
        hours = (
            sessions.filter(edition=OuterRef("pk"))
            .order_by()
            .values("edition")
            .annotate(n=Sum("planned_hours"))
            .values("n")
        )
        return self.annotate(planned_hours=Coalesce(Subquery(hours), 0, output_field=HOURS))


class SessionQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> SessionQuerySet:
        return self if can(user, "training_view") else self.none()

    def standing(self) -> SessionQuerySet:
        """Not cancelled: what counts as planned."""
        return self.filter(cancelled_at=None)

    def not_fully_marked(self) -> SessionQuerySet:
        """Nobody was marked yet, or somebody of its roster was not."""
        marks = apps.get_model("trainings", "Attendance").objects.on_roster()
        hers = marks.filter(session=OuterRef("pk"))
        return self.filter(~Exists(hers.exclude(mark="")) | Exists(hers.filter(mark="")))

    def in_order(self) -> SessionQuerySet:
        return self.order_by("held_on", "starts_at")


def _of_reach(scope: Scope, user: Any, *, organisation: str, edition: str) -> Q:
    """Of its organisations' women, of the editions its networks run, and of those she teaches in.
    By conditions alone: no join, so that no row is found twice and an index may answer each."""
    editions = apps.get_model("trainings", "Edition").objects
    run = Q(regional_network__in=scope.regional_network_ids)
    own = getattr(user, "person_id", None)
    if own and not scope.is_empty:
        run |= Q(Exists(_taught(own)))
    return Q(**{f"{organisation}__in": scope.organisation_ids}) | Q(
        **{f"{edition}__in": editions.filter(run).values("pk")}
    )


def _taught(person_id: Any) -> Any:
    trainers = apps.get_model("trainings", "EditionTrainer").objects
    return trainers.filter(edition=OuterRef("pk"), person=person_id)


class EnrolmentQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> EnrolmentQuerySet:
        return self.within(scope_of(user, "roster_view"), user)

    def within(self, scope: Scope, user: Any = None) -> EnrolmentQuerySet:
        """Lines of rosters in a reach: of its organisations' women, of the editions its regional
        networks run, of those the person teaches in, and her own. Outside the network, of those who
        agreed to be shared."""
        if scope.only_shared:
            people = apps.get_model("members", "Person").objects.within(scope)
            return self.filter(person__in=people)
        if scope.everything:
            return self
        reach = _of_reach(scope, user, organisation="organisation", edition="edition")
        if scope.person_id:
            reach |= Q(person=scope.person_id)
        return self.filter(reach)

    def on_roster(self) -> EnrolmentQuerySet:
        """Counted once: whoever was recognised in another line is counted there."""
        return self.filter(joined_into=None)

    def named(self) -> EnrolmentQuerySet:
        """Without those whose record is in the trash, or who took back consent to be on record."""
        return self.filter(Q(person=None) | Q(person__trashed_at=None, person__withdrawn_at=None))

    def holding(self) -> EnrolmentQuerySet:
        """Those a seat is promised to."""
        return self.filter(joined_into=None, state__in=HOLDING)

    def coming(self) -> EnrolmentQuerySet:
        """Who is put on the roster of a session at its first mark."""
        return self.filter(joined_into=None, state__in=HOLDING)


class AttendanceQuerySet(models.QuerySet):
    def came(self) -> AttendanceQuerySet:
        """Present or late."""
        return self.filter(mark__in=("p", "l"))

    def on_roster(self) -> AttendanceQuerySet:
        return self.filter(enrolment__joined_into=None)

    def within(self, scope: Scope, user: Any = None) -> AttendanceQuerySet:
        """As `Enrolment.within`: a mark is of whoever its line is of."""
        if scope.only_shared:
            people = apps.get_model("members", "Person").objects.within(scope)
            return self.filter(enrolment__person__in=people)
        if scope.everything:
            return self
        reach = _of_reach(scope, user, organisation="enrolment__organisation", edition="edition")
        if scope.person_id:
            reach |= Q(enrolment__person=scope.person_id)
        return self.filter(reach)


class CompletionQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> CompletionQuerySet:
        return self.within(scope_of(user, "roster_view")).named()

    def within(self, scope: Scope) -> CompletionQuerySet:
        """By the organisation she came from that day, by who she is, or by the edition: all may
        look. Who left the record since is counted in it still; `named` leaves her out."""
        rows = self.filter(person__merged_into=None)
        people = apps.get_model("members", "Person").objects.within(scope)
        if scope.only_shared:
            return rows.filter(person__in=people).named()
        if scope.everything:
            return rows
        editions = apps.get_model("trainings", "Edition").objects
        lines = apps.get_model("trainings", "Enrolment").objects.filter(
            edition__in=editions.filter(regional_network__in=scope.regional_network_ids)
        )
        return rows.filter(
            Q(person__in=people)
            | Q(organisation__in=scope.organisation_ids)
            | Q(enrolment__in=lines.values("pk"))
        )

    def named(self) -> CompletionQuerySet:
        """Of those of whom a name may still be said."""
        return self.filter(person__trashed_at=None, person__withdrawn_at=None)

    def achieved(self) -> CompletionQuerySet:
        """Completed, and not taken back."""
        return self.filter(result="completed", voided_at=None)

    def verified(self) -> CompletionQuerySet:
        return self.filter(is_verified=True)

    def valid_on(self, day: date) -> CompletionQuerySet:
        return self.achieved().filter(
            Q(valid_until=None) | Q(valid_until__gte=day), completed_on__lte=day
        )

    def ending_between(self, first: date, last: date) -> CompletionQuerySet:
        return self.achieved().filter(valid_until__gte=first, valid_until__lte=last)

    def without_certificate(self) -> CompletionQuerySet:
        """None stands; `was_annulled` when one was issued and annulled."""
        hers = apps.get_model("trainings", "Certificate").objects.filter(completion=OuterRef("pk"))
        return self.filter(~Exists(hers.current())).annotate(was_annulled=Exists(hers))


class CertificateQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> CertificateQuerySet:
        return self.within(scope_of(user, "roster_view")).named()

    def named(self) -> CertificateQuerySet:
        """Of those of whom a name may still be said."""
        person = "completion__person"
        return self.filter(**{f"{person}__trashed_at": None, f"{person}__withdrawn_at": None})

    def with_first_day(self) -> CertificateQuerySet:
        """`first_issued_on`: when its number was given, whatever copy stands for it today."""
        certificates = apps.get_model("trainings", "Certificate").objects
        firsts = certificates.filter(year=OuterRef("year"), number=OuterRef("number"), copy=1)
        return self.annotate(
            first_issued_on=Case(
                When(copy=1, then=F("issued_on")),
                default=Subquery(firsts.values("issued_on")[:1]),
            )
        )

    def within(self, scope: Scope) -> CertificateQuerySet:
        completions = apps.get_model("trainings", "Completion").objects.within(scope)
        return self.filter(completion__in=completions)

    def current(self) -> CertificateQuerySet:
        """The copy that stands for its number: neither replaced nor annulled."""
        return self.filter(replaced_by=None, revoked_on=None)


class SignatoryQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> SignatoryQuerySet:
        """Who signs is settled by those who change the catalogue; on paper anyone reads it."""
        return self if can(user, "course_edit") else self.none()


class PublicationVersionQuerySet(models.QuerySet):
    def published(self, on: date | None = None) -> PublicationVersionQuerySet:
        return self.filter(published_on__lte=on or timezone.localdate())

    def visible_to(self, user: Any) -> PublicationVersionQuerySet:
        """Published ones are anybody's; drafts, of those who may edit the manual."""
        return self if can(user, "manual_edit") else self.published()

"""What has to be done in trainings: sessions, invitations, sheets to type, results to approve."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, Value, When

from members.access import Permission
from members.models import User
from network.base.access import can
from trainings.access import marked_by
from trainings.editions import editions_of_concern, editions_run_by, with_place
from trainings.models import Completion, Edition, Enrolment, Session

SOON = timedelta(days=30)


def week_of(day: date) -> tuple[date, date]:
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def sessions_this_week(user: User, today: date) -> Any:
    """From today's Monday to Sunday; those she gives or teaches in come first (`is_hers`)."""
    editions = editions_of_concern(user).filter(cancelled_on=None)
    rows = Session.objects.standing().filter(
        edition__in=editions.values("pk"), held_on__range=week_of(today)
    )
    return _hers_first(rows, user).select_related(
        "edition__version__course", "edition__zone", "edition__district", "trainer"
    )


def _hers_first(rows: Any, user: User) -> Any:
    hers = Q(pk__in=[])
    if user.person_id:
        hers = Q(trainer=user.person_id) | Q(trainer=None, edition__trainers__person=user.person_id)
    is_hers = Case(When(hers, then=Value(1)), default=Value(0), output_field=IntegerField())
    return rows.annotate(is_hers=is_hers).order_by("-is_hers", "held_on", "starts_at", "pk")


def unconfirmed(user: User, today: date) -> Any:
    """Editions going on or about to begin with women in her reach who were invited and have not
    said yes: `unconfirmed_count`."""
    if not can(user, Permission.ENROL):
        return Edition.objects.none()
    invited = Enrolment.objects.visible_to(user).on_roster().named()
    lines = invited.filter(state=Enrolment.State.INVITED, edition=OuterRef("pk"))
    rows = editions_of_concern(user).going().filter(ends_on__gte=today)
    counted = lines.order_by().values("edition").annotate(n=Count("pk")).values("n")
    rows = rows.filter(Exists(lines), starts_on__lte=today + SOON).annotate(
        unconfirmed_count=counted
    )
    return with_place(rows).order_by("starts_on", "pk")


def sheets_not_typed(user: User, today: date) -> Any:
    """Sessions of past days that nobody marked, or not whole, where she may mark."""
    if not can(user, Permission.ATTENDANCE_MARK):
        return Session.objects.none()
    editions = Edition.objects.filter(marked_by(user))
    sessions = Session.objects.standing().not_fully_marked()
    rows = sessions.filter(edition__in=editions.going().values("pk"), held_on__lt=today)
    return _hers_first(rows, user).select_related(
        "edition__version__course", "edition__zone", "edition__district"
    )


def to_approve(user: User, today: date) -> Any:
    """Editions that ended with women on whom nobody decided: `undecided_count`."""
    if not can(user, Permission.COMPLETION_APPROVE):
        return Edition.objects.none()
    decided = Completion.objects.filter(enrolment=OuterRef("pk"), voided_at=None)
    lines = Enrolment.objects.holding().filter(~Exists(decided), edition=OuterRef("pk"))
    lines = lines.filter(person__isnull=False)
    counted = lines.order_by().values("edition").annotate(n=Count("pk")).values("n")
    rows = editions_run_by(user, Permission.COMPLETION_APPROVE).filter(
        Exists(lines), cancelled_on=None, ends_on__lt=today
    )
    return with_place(rows.annotate(undecided_count=counted)).order_by("ends_on", "pk")


def next_editions(user: User, today: date) -> Any:
    rows = editions_of_concern(user).going().filter(starts_on__gt=today)
    return with_place(rows.with_state(today)).order_by("starts_on", "pk")

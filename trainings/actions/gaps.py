"""From a gap of the matrix to the roster of an edition, and back for a day."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import User
from network.base.errors import Refused
from trainings.actions.rosters import Enrolled, enrol_people
from trainings.gaps import Gap, refuse_wrong_edition, state_given_by
from trainings.models import Attendance, Course, Edition, Enrolment

UNDO_TIME = timedelta(hours=24)


@transaction.atomic
def invite_gaps(*, edition: Edition, course: Course, gaps: list[Gap], by: User) -> Enrolled:
    """Put whoever lacks a course on the roster of an edition that mends it. Repeating adds none."""
    refuse_wrong_edition(edition, course, gaps)
    return enrol_people(
        edition=edition,
        people=[gap.person for gap in gaps],
        state=state_given_by(edition, by),
        origin=Enrolment.Origin.GAP,
        by=by,
    )


@transaction.atomic
def undo_invitation(*, first: Enrolment, by: User) -> int:
    """Take whoever was added together with `first` off the roster again, within a day. Whoever
    answered since stays. How many were taken off."""
    rows = Enrolment.objects.select_for_update(of=("self",)).filter(
        edition=first.edition_id,
        enrolled_by=first.enrolled_by,
        state_changed_at=first.state_changed_at,
        state__in=[Enrolment.State.PROPOSED, Enrolment.State.INVITED],
        origin=Enrolment.Origin.GAP,
    )
    added = list(rows)
    is_old = timezone.now() - first.state_changed_at > UNDO_TIME
    is_marked = Attendance.objects.filter(enrolment__in=added).exists()
    if is_old or is_marked or first.pk not in {row.pk for row in added}:
        raise Refused(
            _("Ya no se puede deshacer: pasó un día o ya respondieron. Retíralas de la lista.")
        )
    rows.delete()
    return len(added)

"""Who may do what with one edition, beside the policy: trainers with the editions they teach."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q

from members.access import Permission, scope_of
from network.base.access import can
from trainings.models import Edition


def may_mark(user: Any, edition: Edition) -> bool:
    """Take attendance and note tests: whoever runs the edition, or teaches in it."""
    if can(user, Permission.ATTENDANCE_MARK, edition):
        return True
    teaches = user.is_authenticated and user.person_id is not None
    return bool(
        teaches
        and can(user, Permission.ATTENDANCE_MARK)
        and edition.trainers.filter(person=user.person_id).exists()
    )


def ensure_may_mark(user: Any, edition: Edition) -> None:
    if not may_mark(user, edition):
        raise PermissionDenied


def marked_by(user: Any) -> Q:
    """The editions `may_mark` is true of."""
    if not can(user, Permission.ATTENDANCE_MARK):
        return Q(pk__in=[])
    scope = scope_of(user, Permission.ATTENDANCE_MARK)
    if scope.everything:
        return Q()
    run = Q(regional_network__in=scope.regional_network_ids)
    if user.person_id is None:
        return run
    return run | Q(pk__in=Edition.objects.taught_by(user.person_id).values("pk"))

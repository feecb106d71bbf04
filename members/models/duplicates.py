"""Two records that may be one woman: pairs settled as different, and merges that can be undone."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models.people import Person
from network.base.history import tracked
from network.base.ids import new_id


class NotDuplicate(models.Model):
    """A pair that someone looked at and found to be two people. `one` has the smaller id."""

    one = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("par distinto")
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="members_notduplicate_pair"),
            models.CheckConstraint(
                condition=Q(one__lt=F("other")), name="members_notduplicate_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} ≠ {self.other_id}"


@tracked
class Merge(models.Model):
    """Two records joined into one: every row that moved, and what it was, for 30 days of undo."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    survivor = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="merges")
    absorbed = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    moved = models.JSONField(default=list)
    survivor_before = models.JSONField(default=dict)
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    merged_at = models.DateTimeField(auto_now_add=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("fusión de fichas")
        constraints = [
            models.UniqueConstraint(
                fields=["absorbed"],
                condition=Q(undone_at=None),
                name="members_merge_absorbed_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.absorbed_id} → {self.survivor_id}"

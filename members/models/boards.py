"""Hand-overs of boards: what each one changed, so that it can be undone for a day."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models.organisations import Organisation, RegionalNetwork
from network.base.history import tracked
from network.base.ids import new_id

UNDO_TIME = timedelta(hours=24)


@tracked
class HandOver(models.Model):
    """One act by which posts of a board pass on `first_day`, and logins with them.

    `moved` lists the rows it ended (with the last day they had) and the rows it began.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, related_name="hand_overs"
    )
    regional_network = models.ForeignKey(
        RegionalNetwork, on_delete=models.PROTECT, null=True, related_name="hand_overs"
    )
    first_day = models.DateField(_("primer día"))
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
        verbose_name = _("relevo de junta")
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=False, regional_network=None)
                | Q(organisation=None, regional_network__isnull=False),
                name="members_handover_body",
            )
        ]

    def __str__(self) -> str:
        return f"{self.body} {self.first_day}"

    @property
    def body(self) -> Organisation | RegionalNetwork:
        return self.organisation or self.regional_network  # type: ignore[return-value]  # one is

"""Counts kept beside the facts, so that the matrix of a large network opens at once.

Nothing is known only here: trainings/coverage.py counts the same from the facts, and reads these
rows only for organisations of which nothing changed since they were counted.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from members.models import Organisation
from network.base.ids import new_id
from trainings.models.courses import Requirement
from trainings.querysets import CoverageQuerySet


class Counts(models.Model):
    """Of women who must hold a course: how many hold it, until soon, or by an old record only."""

    requirement = models.ForeignKey(
        Requirement, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    due = models.PositiveIntegerField()
    covered = models.PositiveIntegerField()
    expiring = models.PositiveIntegerField()
    unverified = models.PositiveIntegerField()

    class Meta:
        abstract = True


class Coverage(Counts):
    """The counts of one organisation for one requirement, as they were on a day.

    Without requirement `due` counts its members: every organisation counted has that row.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    as_of = models.DateField()

    objects = CoverageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["requirement", "organisation"],
                name="trainings_coverage_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(covered__lte=models.F("due")) & Q(expiring__lte=models.F("covered")),
                name="trainings_coverage_parts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.covered}/{self.due}"


class SharedCoverage(Counts):
    """The women counted in the same several organisations at once, so that totals count each once.

    Distinct by requirement and set of organisations.
    """

    id = models.BigAutoField(primary_key=True)
    organisations = ArrayField(models.UUIDField())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(organisations__len__gte=2), name="trainings_sharedcoverage_several"
            )
        ]

    def __str__(self) -> str:
        return f"{len(self.organisations)}: {self.covered}/{self.due}"


class StaleCoverage(models.Model):
    """An organisation whose counts no longer stand; without one, nobody's do.

    Triggers write it beside every change that counts (migration 0004); counting again deletes it.
    """

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, null=True, related_name="+", db_constraint=False
    )

    class Meta:
        verbose_name = "cuenta por rehacer"

    def __str__(self) -> str:
        return str(self.organisation_id)

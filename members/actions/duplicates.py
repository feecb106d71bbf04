"""Verbs about two records of one woman: merge them, separate them again, tell them apart."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.actions.phones import choose_primary_phone
from members.merging import Step, fields_to_choose, plan_merge
from members.models import Merge, NotDuplicate, Person, User
from network.base.errors import Refused, refusing_broken_rules
from network.base.fields import index_value, open_value, seal_value
from network.base.historylog import Group

TIME_TO_SEPARATE = timedelta(days=30)


@transaction.atomic
def tell_apart(*, person: Person, others: Iterable[Person], by: User) -> None:
    """Remember that these are not the same woman: nobody is asked again."""
    pairs = [sorted([person.pk, other.pk]) for other in others if other.pk != person.pk]
    NotDuplicate.objects.bulk_create(
        [NotDuplicate(one_id=one, other_id=other, decided_by=by) for one, other in pairs],
        ignore_conflicts=True,
    )


@transaction.atomic
def merge_people(
    *, survivor: Person, absorbed: Person, chosen: Iterable[str] = (), by: User
) -> Merge:
    """Make one record of two. `chosen` names the fields taken from the absorbed one.

    Does exactly what `plan_merge` shows and keeps the list, so that it can be undone for 30 days.
    Refused, with the sentence, when the plan has a conflict or either is no longer on record.
    """
    _lock(survivor, absorbed)
    if Person.objects.on_record().filter(pk__in=[survivor.pk, absorbed.pk]).count() != 2:
        raise Refused(_("Una de las dos fichas ya no está en el registro."))
    survivor.refresh_from_db()
    absorbed.refresh_from_db()
    plan = plan_merge(survivor=survivor, absorbed=absorbed)
    if plan.conflicts:
        raise Refused(" ".join(plan.conflicts))
    moved = [_apply(step) for step in plan.steps if step.values]
    absorbed.merged_into = survivor
    absorbed.save(update_fields=["merged_into"])
    before = _newest_event(survivor)
    _take_fields(survivor, absorbed, set(chosen))
    after = _newest_event(survivor)
    choose_primary_phone(person=survivor)
    return Merge.objects.create(
        survivor=survivor,
        absorbed=absorbed,
        moved=moved,
        survivor_before={"before": before, "after": after, "fields": sorted(chosen)},
        merged_by=by,
    )


def _lock(*people: Person) -> None:
    ids = [person.pk for person in people]
    list(Person.objects.select_for_update().filter(pk__in=ids).order_by("pk"))


def _apply(step: Step) -> dict[str, Any]:
    """Write one step, and say what it was, in plain JSON."""
    row, model = step.row, type(step.row)
    pk_name = model._meta.pk.attname
    before = {name: getattr(row, name) for name in step.values}
    try:
        with refusing_broken_rules(model):
            model._base_manager.filter(pk=row.pk).update(**step.values)
    except IntegrityError as error:
        raise Refused(
            _("Las dos fichas tienen «%(row)s» y solo puede quedar uno.")
            % {"row": f"{step.noun} {row}"}
        ) from error
    return {
        "model": model._meta.label_lower,
        "pk": _plain(step.values.get(pk_name, row.pk)),
        "called": f"{step.noun} {row}",
        "before": _plain(before),
        "after": _plain(step.values),
    }


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=str))


def _newest_event(person: Person) -> int:
    events = Person.pgh_event_model.objects  # type: ignore[attr-defined]
    return events.filter(pgh_obj_id=person.pk).order_by("-pgh_id").values_list("pk", flat=True)[0]


def _take_fields(survivor: Person, absorbed: Person, chosen: set[str]) -> None:
    columns: list[str] = []
    for group in fields_to_choose():
        if group.name in chosen:
            _copy(survivor, absorbed, group)
            columns += group.columns
    if columns:
        with refusing_broken_rules(Person):
            survivor.save(update_fields=columns)


def _copy(survivor: Person, absorbed: Person, group: Group) -> None:
    for column in group.columns:
        setattr(survivor, column, getattr(absorbed, column))
    if group.kind == "sealed":
        sealed = f"{group.name}_sealed"
        text = open_value(absorbed, sealed)
        setattr(survivor, sealed, seal_value(survivor, sealed, text))
        setattr(survivor, f"{group.name}_index", index_value(survivor, f"{group.name}_index", text))


# --- Separating again ---------------------------------------------------------------------------
@transaction.atomic
def undo_merge(*, merge: Merge, by: User, moment: datetime | None = None) -> list[str]:
    """Give each record back what was its own. Twice is once.

    A row or a field that was changed since the merge stays as it is, with the survivor; their
    names are returned. Refused after 30 days, or when one of the two has changed its fate since.
    """
    _lock(merge.survivor, merge.absorbed)
    merge = Merge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    if merge.undone_at is not None:
        return []
    moment = moment or timezone.now()
    if moment - merge.merged_at > TIME_TO_SEPARATE:
        raise Refused(_("Pasaron 30 días: estas fichas ya no se pueden separar."))
    survivor, absorbed = merge.survivor, merge.absorbed
    if survivor.merged_into_id or survivor.trashed_at:
        raise Refused(_("%(name)s ya no está en el registro.") % {"name": survivor})
    kept = _give_fields_back(merge, survivor)
    for moved in reversed(merge.moved):
        if not _give_back(moved):
            kept.append(moved["called"])
    absorbed.merged_into = None
    with refusing_broken_rules(Person):
        absorbed.save(update_fields=["merged_into"])
    choose_primary_phone(person=survivor)
    choose_primary_phone(person=absorbed)
    merge.undone_at, merge.undone_by = moment, by
    merge.save(update_fields=["undone_at", "undone_by"])
    return kept


def _give_back(moved: dict[str, Any]) -> bool:
    model: Any = apps.get_model(moved["model"])
    row = model._base_manager.select_for_update().filter(pk=moved["pk"]).first()
    if row is None or _plain({n: getattr(row, n) for n in moved["after"]}) != moved["after"]:
        return False
    values = {n: model._meta.get_field(n).to_python(v) for n, v in moved["before"].items()}
    with refusing_broken_rules(model):
        model._base_manager.filter(pk=row.pk).update(**values)
    return True


def _give_fields_back(merge: Merge, survivor: Person) -> list[str]:
    """The survivor's fields as they were, but those written again since."""
    events = Person.pgh_event_model.objects  # type: ignore[attr-defined]
    before = events.get(pk=merge.survivor_before["before"])
    after = events.get(pk=merge.survivor_before["after"])
    kept: list[str] = []
    columns: list[str] = []
    for group in fields_to_choose():
        if group.values(before) == group.values(after):
            continue
        if group.values(survivor) != group.values(after):
            kept.append(group.label)
            continue
        for column in group.columns:
            setattr(survivor, column, getattr(before, column))
        columns += group.columns
    if columns:
        with refusing_broken_rules(Person):
            survivor.save(update_fields=columns)
    return kept

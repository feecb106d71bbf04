"""Verbs of walk-ins: say who she is, and take it back as if it had not been said."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.access import Permission, scope_of
from members.models import Person, User
from network.base.errors import Refused
from trainings.actions.editions import locked
from trainings.joining import Change, fold_results
from trainings.models import Completion, Enrolment, WalkInJoin
from trainings.rosters import organisations_of


@transaction.atomic
def join_walk_in(*, enrolment: Enrolment, person: Person, by: User) -> WalkInJoin:
    """Recognise a walk-in as a person. Already recognised as her, nothing changes.

    Not in the roster yet, she takes the walk-in's line. In it already, what was marked of the
    walk-in goes to her line (`fold_results`); the walk-in stays behind it and is counted there.
    Refused, naming the session, when both lines were marked and differ.
    """
    locked(enrolment.edition)
    enrolment = Enrolment.objects.select_for_update(of=("self",)).get(pk=enrolment.pk)
    if join := enrolment.joins.filter(undone_at=None).first():
        if join.person_id == person.pk:
            return join
        raise Refused(_("Ya se dijo que es otra persona. Sepárala antes."), field="person")
    if enrolment.person_id is not None:
        raise Refused(_("Esa línea ya es de una persona."), field="person")
    if not Person.objects.on_record().filter(pk=person.pk).exists():
        raise Refused(_("Esa ficha ya no está en el registro."), field="person")
    hers = Enrolment.objects.on_roster().filter(edition=enrolment.edition_id, person=person)
    into = hers.select_for_update().first()
    moved: dict[str, Any] = {}
    if into is None:
        moved = {"organisation": str(enrolment.organisation_id or "")}
        if enrolment.organisation_id is None:
            enrolled_on = timezone.localdate(enrolment.enrolled_at)
            reach = scope_of(by, Permission.ENROL)
            enrolment.organisation = organisations_of([person], reach, enrolled_on)[person.pk]
    else:
        changes = fold_results(enrolment, into)
        if changes.conflicts:
            raise Refused(" ".join(changes.conflicts), field="person")
        moved = {"results": [change.kept() for change in changes.steps]}
        for change in changes.steps:
            change.apply()
    enrolment.person, enrolment.joined_into = person, into
    enrolment.save(update_fields=["person", "joined_into", "organisation"])
    return WalkInJoin.objects.create(
        enrolment=enrolment, person=person, into=into, moved=moved, done_by=by
    )


@transaction.atomic
def separate_walk_in(*, join: WalkInJoin, by: User) -> WalkInJoin:
    """Take the recognition back: each line has again the marks it had. Twice is once.

    Refused while a result stands that was approved over both, and while her record is merged with
    another that was in the same roster: those are taken back first.
    """
    locked(join.enrolment.edition)
    join = WalkInJoin.objects.select_for_update(of=("self",)).get(pk=join.pk)
    if join.undone_at:
        return join
    enrolment = Enrolment.objects.select_for_update(of=("self",)).get(pk=join.enrolment_id)
    into = join.into
    if into is not None and into.joined_into_id:
        raise Refused(_("Su ficha se juntó con otra de esta lista. Separa antes las dos fichas."))
    lines = [enrolment.pk, into.pk if into else enrolment.pk]
    if Completion.objects.filter(enrolment__in=lines, voided_at=None).exists():
        raise Refused(_("Ya se aprobó su resultado en esta edición. Anúlalo antes de separar."))
    for kept in reversed(join.moved.get("results", [])):
        Change.of(kept).take_back()
    enrolment.person = enrolment.joined_into = None
    if into is None:
        enrolment.organisation_id = join.moved["organisation"] or None
    enrolment.save(update_fields=["person", "joined_into", "organisation"])
    join.undone_at, join.undone_by = timezone.now(), by
    join.save(update_fields=["undone_at", "undone_by"])
    return join

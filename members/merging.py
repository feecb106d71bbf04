"""What happens to every row that points at a person when her two records become one.

All foreign keys to `Person` are found by introspection, so rows of later apps are moved too. An app
whose rows cannot simply move declares a `Fold` in `<app>/folds.py`. Nothing is deleted: a row that
has no place beside the survivor's stays with the absorbed record, and an un-merge finds it there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from typing import Any

from django.db.models import ManyToOneRel, Model
from django.utils import timezone
from django.utils.encoding import force_str
from django.utils.translation import gettext as _
from pghistory.models import Event

from members.models import (
    Consent,
    Membership,
    Merge,
    NotDuplicate,
    Office,
    Person,
    Phone,
    SensitiveFacts,
    User,
)
from network.base.contracts import declared
from network.base.historylog import Group, groups_of, value_in_words

# Records of merging itself are about the two records, not about the woman.
LEFT_ALONE = (Person, Merge, NotDuplicate)


@dataclass(frozen=True)
class Step:
    """One row and the values it gets; without values it stays with the absorbed record."""

    row: Model
    values: dict[str, Any]
    becomes: str

    @property
    def noun(self) -> str:
        return force_str(self.row._meta.verbose_name)


@dataclass
class Plan:
    """Every row concerned, and the sentences that forbid the merge."""

    survivor: Person
    absorbed: Person
    moment: datetime
    steps: list[Step] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)

    def move(self, row: Model, column: str, **values: Any) -> None:
        self.steps.append(Step(row, {column: self.survivor.pk, **values}, _("pasa")))

    def change(self, row: Model, words: str, **values: Any) -> None:
        """Alter a row the survivor has already."""
        self.steps.append(Step(row, values, words))

    def leave(self, row: Model, words: str) -> None:
        self.steps.append(Step(row, {}, words))


@dataclass(frozen=True)
class Fold:
    """How the rows of one table come together: `fold(plan, moving, staying)` adds steps."""

    name: str
    model: type[Model]
    fold: Callable[[Plan, Sequence[Any], Sequence[Any]], None]


@dataclass(frozen=True)
class Reference:
    """A foreign key to a person: rows of `model` whose `column` is her id."""

    model: type[Model]
    column: str

    def rows(self, person: Person) -> list[Any]:
        return list(self.model._base_manager.filter(**{self.column: person.pk}).order_by("pk"))


@cache
def references() -> tuple[Reference, ...]:
    """Every foreign key to a person, those without a reverse name too."""
    found = []
    for relation in Person._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ManyToOneRel):
            continue
        if not issubclass(relation.related_model, (Event, *LEFT_ALONE)):
            found.append(Reference(relation.related_model, relation.field.attname))
    return tuple(sorted(found, key=lambda one: (one.model._meta.label, one.column)))


def plan_merge(*, survivor: Person, absorbed: Person, moment: datetime | None = None) -> Plan:
    """What a merge would do to each row; the merge does exactly this."""
    plan = Plan(survivor, absorbed, moment or timezone.now())
    folds = {fold.model: fold.fold for fold in declared("folds").values()}
    for reference in references():
        moving, staying = reference.rows(absorbed), reference.rows(survivor)
        if not moving:
            continue
        if reference.model in folds:
            folds[reference.model](plan, moving, staying)
        else:
            for row in moving:
                plan.move(row, reference.column)
    return plan


# --- Fields of the person -----------------------------------------------------------------------
@dataclass(frozen=True)
class Choice:
    """A field in which two records differ: what each says, and which is proposed."""

    name: str
    label: str
    one: str
    other: str
    takes_other: bool


def fields_to_choose() -> tuple[Group, ...]:
    """What of a person is asked: one choice for columns that mean one thing. Why she has no
    document goes with the document."""
    return tuple(
        replace(group, columns=(*group.columns, "no_document_reason"))
        if group.name == "document"
        else group
        for group in groups_of(Person)
        if group.kind != "deed" and group.name != "no_document_reason"
    )


def choices_between(
    survivor: Person, absorbed: Person, chosen: Sequence[str] | None = None
) -> list[Choice]:
    """The fields that differ. What only the other record knows is proposed, or what was chosen."""
    choices = []
    for group in fields_to_choose():
        if group.values(survivor) == group.values(absorbed):
            continue
        takes_other = (
            group.name in chosen
            if chosen is not None
            else _says_nothing(survivor, group) and not _says_nothing(absorbed, group)
        )
        one, other = _in_words(survivor, group), _in_words(absorbed, group)
        choices.append(Choice(group.name, group.label, one, other, takes_other))
    return choices


def _in_words(person: Person, group: Group) -> str:
    return value_in_words(Person, person, group)


def _says_nothing(person: Person, group: Group) -> bool:
    nothing: tuple[Any, ...] = (
        None,
        "",
        [],
        False,
        "none",
        Person.Sex.UNKNOWN,
        Person.Occupation.UNKNOWN,
    )
    return getattr(person, group.columns[0]) in nothing


# --- Folds of this app --------------------------------------------------------------------------
def fold_phones(plan: Plan, moving: Sequence[Phone], staying: Sequence[Phone]) -> None:
    """One main number afterwards; a number both had is kept once, with what each knew of it."""
    by_number = {bytes(phone.number_index): phone for phone in staying}
    has_primary = any(p.is_primary and p.retired_at is None for p in staying)
    for phone in moving:
        same = by_number.get(bytes(phone.number_index))
        if same is None:
            plan.move(phone, "person_id", is_primary=phone.is_primary and not has_primary)
            continue
        plan.leave(phone, _("ya lo tiene la otra ficha"))
        news = {
            "has_whatsapp": same.has_whatsapp
            if same.has_whatsapp is not None
            else phone.has_whatsapp,
            "shared_with": same.shared_with or phone.shared_with,
            "retired_at": same.retired_at if phone.retired_at is not None else None,
        }
        news = {name: value for name, value in news.items() if getattr(same, name) != value}
        if news:
            plan.change(same, _("se completa con lo que sabía la otra ficha"), **news)


def fold_memberships(
    plan: Plan, moving: Sequence[Membership], staying: Sequence[Membership]
) -> None:
    """Two belongings to one organisation that overlap are joined into one longer belonging."""
    for membership in moving:
        joined = [m for m in staying if _overlap(m, membership)]
        if not joined:
            plan.move(membership, "person_id")
        elif len(joined) > 1:
            plan.conflicts.append(
                _("Sus fechas en %(organisation)s se cruzan. Corrígelas antes de juntar.")
                % {"organisation": membership.organisation}
            )
        else:
            _join(plan, joined[0], membership)


def _overlap(one: Membership, other: Membership) -> bool:
    return (
        one.organisation_id == other.organisation_id
        and (one.starts_on or date.min) <= (other.ends_on or date.max)
        and (other.starts_on or date.min) <= (one.ends_on or date.max)
    )


def _join(plan: Plan, kept: Membership, other: Membership) -> None:
    plan.leave(other, _("se une con la que ya tiene"))
    values: dict[str, Any] = {}
    if other.starts_on and (kept.starts_on is None or other.starts_on < kept.starts_on):
        values = {"starts_on": other.starts_on, "starts_precision": other.starts_precision}
    values["ends_on"] = max(kept.ends_on, other.ends_on) if kept.ends_on and other.ends_on else None
    values = {name: value for name, value in values.items() if getattr(kept, name) != value}
    if values:
        plan.change(kept, _("toma las fechas de las dos"), **values)


def fold_offices(plan: Plan, moving: Sequence[Office], staying: Sequence[Office]) -> None:
    """Posts move; what one woman cannot be at one time forbids the merge."""
    today = timezone.localdate(plan.moment)
    for office in moving:
        for held in staying:
            if office.is_current(today) and held.is_current(today) and _clash(office, held):
                plan.conflicts.append(
                    _(
                        "Una ficha es %(post)s de %(body)s y la otra, %(other_post)s de "
                        "%(other_body)s. Termina un cargo antes de juntar."
                    )
                    % {
                        "post": held.get_post_display().lower(),
                        "body": held.body,
                        "other_post": office.get_post_display().lower(),
                        "other_body": office.body,
                    }
                )
        plan.move(office, "person_id")


def _clash(one: Office, other: Office) -> bool:
    """Two posts on one board, or one post on the boards of two organisations."""
    if one.body == other.body:
        return True
    return one.post == other.post and type(one.body) is type(other.body)


def fold_consents(plan: Plan, moving: Sequence[Consent], staying: Sequence[Consent]) -> None:
    """The whole ledger moves. For each purpose the newest decision counts; on one day, the no."""
    current = {consent.purpose: consent for consent in staying if consent.superseded_at is None}
    for consent in moving:
        rival = current.get(consent.purpose) if consent.superseded_at is None else None
        if rival is None:
            plan.move(consent, "person_id")
        elif _weight(consent) > _weight(rival):
            plan.change(rival, _("la otra decisión es más nueva"), superseded_at=plan.moment)
            plan.move(consent, "person_id")
        else:
            plan.move(consent, "person_id", superseded_at=plan.moment)


def _weight(consent: Consent) -> tuple[date, bool]:
    return consent.decided_on, not consent.is_granted


def fold_accounts(plan: Plan, moving: Sequence[User], staying: Sequence[User]) -> None:
    if staying:
        plan.conflicts.append(_("Las dos fichas tienen cuenta. Cierra una antes de juntar."))
    for account in moving:
        plan.move(account, "person_id")


def fold_sensitive_facts(
    plan: Plan, moving: Sequence[SensitiveFacts], staying: Sequence[SensitiveFacts]
) -> None:
    for facts in moving:
        if staying:
            plan.leave(facts, _("la otra ficha ya los tiene"))
        else:
            plan.move(facts, "person_id")

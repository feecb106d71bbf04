"""Who may be the same woman: a warning while typing, and a queue of pairs to settle.

A look-alike is found by the sound of the whole name, by the name with the second surname missing or
cut to an initial, by a shared phone, or by the document; each question is answered by an index and
stops at a few rows. Only then are the few weighed by what else agrees or contradicts.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from members.access import Permission, scope_of
from members.models import Membership, Person, Phone, User
from members.rules import Name
from network.base.dates import PartialDate, Precision
from network.base.fields import index_of
from network.base.text import sound

FEW = 12
SHOWN = 4
PAIRS_SHOWN = 30
# Two records are worth a look from here on: the same sound alone is enough.
WORTH_A_LOOK = 5


@dataclass(frozen=True)
class Typed:
    """What is known so far of the woman being registered."""

    name: Name
    person_id: UUID | None = None  # minted with the form: her own record is no look-alike
    born: PartialDate | None = None
    organisation_id: UUID | None = None
    phone: str = ""
    document_kind: str = Person.Document.NONE
    document: str = ""


@dataclass(frozen=True)
class Likeness:
    """Someone on record who may be the same woman, and why."""

    person: Person
    score: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Pair:
    one: Person
    other: Person
    score: int
    reasons: tuple[str, ...]


@dataclass
class _Traits:
    """What two records are compared by."""

    given: str
    paternal: str
    maternal: str
    born: PartialDate | None
    phones: set[bytes] = field(default_factory=set)
    organisations: set[UUID] = field(default_factory=set)
    document: tuple[str, bytes] | None = None


# --- While typing -------------------------------------------------------------------------------
def look_alikes(typed: Typed, *, by: User) -> list[Likeness]:
    """Those in her reach who may be the woman being typed, the likeliest first."""
    if not typed.name.given_names or not (typed.name.paternal_surname or typed.document):
        return []
    visible = Person.objects.visible_to(by).exclude(pk=typed.person_id)
    found: dict[UUID, Person] = {}
    for question in _questions(typed):
        rows = visible.filter(question).order_by()[:FEW]
        found |= {person.pk: person for person in rows}
    traits = _traits_typed(typed)
    weighed = [_weigh(traits, _traits_of(person), person) for person in _with_traits(found)]
    worthy = [likeness for likeness in weighed if likeness.score >= WORTH_A_LOOK]
    return sorted(worthy, key=lambda one: (-one.score, one.person.name_key))[:SHOWN]


def _questions(typed: Typed) -> Iterable[Q]:
    """One per index, so that each stops by itself."""
    name = typed.name
    short = sound(f"{name.given_names} {name.paternal_surname}")
    whole = sound(f"{short} {name.maternal_surname}")
    yield Q(sound_key__in={whole, short, f"{short} {sound(name.maternal_surname[:1])}"})
    if name.paternal_surname and len(name.maternal_surname.strip(". ")) < 2:
        yield Q(sound_key__startswith=f"{short} ")
    if typed.phone:
        index = index_of(Phone, "number_index", typed.phone)
        phones = Phone.objects.filter(number_index=index, retired_at=None)
        yield Q(pk__in=phones.values("person")[: FEW * 4])
    if typed.document:
        yield Q(document_kind=typed.document_kind, document_index=_document_of(typed))


def _document_of(typed: Typed) -> bytes:
    return index_of(Person, "document_index", typed.document, typed.document_kind)


def _traits_typed(typed: Typed) -> _Traits:
    return _Traits(
        given=_first(sound(typed.name.given_names)),
        paternal=sound(typed.name.paternal_surname),
        maternal=sound(typed.name.maternal_surname),
        born=typed.born,
        phones={index_of(Phone, "number_index", typed.phone)} if typed.phone else set(),
        organisations={typed.organisation_id} if typed.organisation_id else set(),
        document=(typed.document_kind, _document_of(typed)) if typed.document else None,
    )


def _with_traits(people: Iterable[UUID]) -> QuerySet[Person]:
    """The same people with what they are compared by: a constant number of queries."""
    memberships = Membership.objects.on(timezone.localdate()).select_related("organisation")
    phones = Phone.objects.filter(retired_at=None)
    return Person.objects.filter(pk__in=list(people)).prefetch_related(
        Prefetch("memberships", queryset=memberships), Prefetch("phones", queryset=phones)
    )


def _traits_of(person: Person) -> _Traits:
    index = person.document_index
    return _Traits(
        given=_first(sound(person.given_names)),
        paternal=sound(person.paternal_surname),
        maternal=sound(person.maternal_surname),
        born=PartialDate(person.born_on, person.born_precision) if person.born_on else None,
        phones={bytes(phone.number_index) for phone in person.phones.all()},
        organisations={m.organisation_id for m in person.memberships.all()},
        document=(person.document_kind, bytes(index)) if index else None,
    )


def _first(words: str) -> str:
    return words.partition(" ")[0]


def _weigh(one: _Traits, other: _Traits, person: Person) -> Likeness:
    score, reasons = _compare(one, other)
    return Likeness(person, score, reasons)


def _compare(one: _Traits, other: _Traits) -> tuple[int, tuple[str, ...]]:
    marks = [
        _compare_names(one, other),
        (10 if one.document and one.document == other.document else 0, _("mismo documento")),
        (4 if one.phones & other.phones else 0, _("mismo teléfono")),
        (2 if one.organisations & other.organisations else 0, _("misma organización")),
        _compare_births(one, other),
    ]
    score = sum(mark for mark, _reason in marks) - _contradictions(one, other)
    return score, tuple(reason for mark, reason in marks if mark)


def _compare_names(one: _Traits, other: _Traits) -> tuple[int, str]:
    if one.given != other.given:
        return 0, ""
    if one.paternal != other.paternal:
        return 1, _("mismo nombre")
    if one.maternal == other.maternal:
        return 6, _("nombre que suena igual")
    short, long = sorted([one.maternal, other.maternal], key=len)
    if len(short) < 2 and long.startswith(short):
        return 5, _("nombre parecido")
    return 2, _("nombre y primer apellido")


def _compare_births(one: _Traits, other: _Traits) -> tuple[int, str]:
    if one.born is None or other.born is None or one.born.date.year != other.born.date.year:
        return 0, ""
    if one.born == other.born and one.born.precision == Precision.DAY:
        return 4, _("mismo día de nacimiento")
    return 2, _("mismo año de nacimiento")


def _contradictions(one: _Traits, other: _Traits) -> int:
    """Years of birth two or more apart, or two documents of one kind, speak against."""
    against = 0
    if one.born and other.born and abs(one.born.date.year - other.born.date.year) > 1:
        against += 4
    if one.document and other.document and one.document != other.document:
        against += 4 if one.document[0] == other.document[0] else 0
    return against


# --- The queue of pairs -------------------------------------------------------------------------
# The newest records are compared with all: whoever is older was compared when she was new. Each
# question goes from one woman to the few an index gives (OFFSET 0 holds PostgreSQL to it) and stops
# at a few pairs: settled pairs leave the queue and others take their place.
COMPARED = 5000
COLUMNS_COMPARED = (
    "id",
    "given_names",
    "paternal_surname",
    "maternal_surname",
    "sound_key",
    "born_on",
    "document_kind",
    "document_index",
)
PAIRS = """
WITH visible AS NOT MATERIALIZED ({visible}),
newest AS MATERIALIZED (SELECT * FROM visible ORDER BY id DESC LIMIT %(compared)s)
(SELECT least(a.id, b.id), greatest(a.id, b.id)
   FROM newest a CROSS JOIN LATERAL (
        SELECT * FROM visible same WHERE same.sound_key = a.sound_key OFFSET 0) b
  WHERE {plausible} LIMIT %(few)s)
UNION
(SELECT least(a.id, b.id), greatest(a.id, b.id)
   FROM newest a CROSS JOIN LATERAL (
        SELECT portal_sound(a.given_names || ' ' || a.paternal_surname) AS short OFFSET 0) name
   CROSS JOIN LATERAL (
        SELECT * FROM visible longer
         WHERE longer.sound_key ~>=~ (name.short || ' ')
           AND longer.sound_key ~<~ (name.short || '!')
           AND portal_sound(longer.maternal_surname)
               LIKE portal_sound(a.maternal_surname) || '%%'
           AND EXISTS (SELECT FROM members_membership mine JOIN members_membership hers
                         ON hers.organisation_id = mine.organisation_id
                       WHERE mine.person_id = a.id AND hers.person_id = longer.id OFFSET 0)
        OFFSET 0) b
  WHERE length(a.maternal_surname) < 3 AND a.paternal_surname <> '' AND {plausible}
  LIMIT %(few)s)
UNION
(SELECT least(a.id, b.id), greatest(a.id, b.id)
   FROM newest a CROSS JOIN LATERAL (
        SELECT hers.person_id FROM members_phone mine JOIN members_phone hers
            ON hers.number_index = mine.number_index
         WHERE mine.person_id = a.id AND mine.retired_at IS NULL AND hers.retired_at IS NULL
        OFFSET 0) reached
   CROSS JOIN LATERAL (
        SELECT * FROM visible other WHERE other.id = reached.person_id OFFSET 0) b
  WHERE split_part(a.sound_key, ' ', 1) = split_part(b.sound_key, ' ', 1) AND {plausible}
  LIMIT %(few)s)
"""
PLAUSIBLE = """
a.id <> b.id
AND NOT EXISTS (SELECT FROM members_notduplicate n
             WHERE n.one_id = least(a.id, b.id) AND n.other_id = greatest(a.id, b.id))
AND (a.document_index IS NULL OR b.document_index IS NULL OR a.born_on = b.born_on
     OR a.document_kind <> b.document_kind OR a.document_index = b.document_index)
AND (a.born_on IS NULL OR b.born_on IS NULL
     OR abs(date_part('year', a.born_on) - date_part('year', b.born_on)) <= 1)
"""


def possible_pairs(*, by: User, limit: int = PAIRS_SHOWN) -> list[Pair]:
    """Up to `limit` pairs of records in her reach that may be one woman, the likeliest first."""
    visible = Person.objects.within(scope_of(by, Permission.PERSON_MERGE)).order_by()
    compared = visible.values(*COLUMNS_COMPARED)
    text, parameters = compared.query.sql_with_params()
    names = {f"p{number}": value for number, value in enumerate(parameters)}
    inner = text % tuple(f"%(p{number})s" for number in range(len(parameters)))
    with connection.cursor() as cursor:
        cursor.execute(
            PAIRS.format(visible=inner, plausible=PLAUSIBLE),
            {**names, "few": 2 * limit, "compared": COMPARED},
        )
        ids = cursor.fetchall()
    people = {p.pk: p for p in _with_traits({pk for pair in ids for pk in pair})}
    traits = {pk: _traits_of(person) for pk, person in people.items()}
    pairs = []
    for one, other in ids:
        score, reasons = _compare(traits[one], traits[other])
        pairs.append(Pair(people[one], people[other], score, reasons))
    worthy = [pair for pair in pairs if pair.score >= WORTH_A_LOOK]
    return sorted(worthy, key=lambda p: (-p.score, p.one.name_key, p.one.pk))[:limit]


def why_alike(one: Person, other: Person) -> tuple[str, ...]:
    """What agrees between any two records."""
    people = {p.pk: p for p in _with_traits([one.pk, other.pk])}
    return _compare(_traits_of(people[one.pk]), _traits_of(people[other.pk]))[1]

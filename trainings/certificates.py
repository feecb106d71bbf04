"""What a certificate says: frozen on the day it is issued; and what anyone is told of it."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.models import Consent, Person, Purpose
from trainings.models import Certificate, Completion, Edition, EditionFunding, Signatory

# The only purpose by which a woman lets the network put her name before everybody.
PUBLIC_NAME = Purpose.TESTIMONY


@dataclass(frozen=True)
class Signature:
    name: str
    post: str


@dataclass(frozen=True)
class Content:
    """A certificate as it was issued. Days are ISO, so that its canonical form is one text."""

    given_names: str
    surnames: str
    course: str
    hours: str
    completed_on: str
    issued_on: str
    number: str
    copy: int = 1
    course_version: int | None = None
    theme: str = ""
    starts_on: str = ""
    ends_on: str = ""
    place: str = ""
    valid_until: str = ""
    organisation: str = ""
    programmes: tuple[str, ...] = ()
    signatories: tuple[Signature, ...] = ()
    is_demo: bool = False

    @classmethod
    def of(cls, stored: dict[str, Any]) -> "Content":
        """Read what was frozen; what another edition of the portal kept beside it is left aside."""
        known = {field.name for field in fields(cls)}
        values = {key: value for key, value in stored.items() if key in known}
        values["programmes"] = tuple(values.get("programmes", ()))
        values["signatories"] = tuple(Signature(**one) for one in values.get("signatories", ()))
        return cls(**values)

    def as_json(self) -> dict[str, Any]:
        plain: dict[str, Any] = json.loads(canonical(asdict(self)))
        return plain

    @property
    def name(self) -> str:
        return f"{self.given_names} {self.surnames}"

    @property
    def short_name(self) -> str:
        """Felícitas A. C., for those she did not agree to be named to."""
        initials = " ".join(f"{word[0]}." for word in self.surnames.split())
        return f"{self.given_names.split()[0]} {initials}"

    @property
    def hours_in_words(self) -> str:
        hours = Decimal(self.hours)
        said = number_format(int(hours) if hours == int(hours) else hours.normalize())
        return ngettext("%(hours)s hora", "%(hours)s horas", 1 if hours == 1 else 2) % {
            "hours": said
        }

    @property
    def last_day(self) -> date | None:
        return date.fromisoformat(self.valid_until) if self.valid_until else None

    @property
    def completed_day(self) -> date:
        return date.fromisoformat(self.completed_on)

    @property
    def dates_in_words(self) -> str:
        """el 12 de junio de 2025, or del 22 de mayo al 12 de junio de 2025."""
        first = date.fromisoformat(self.starts_on or self.completed_on)
        last = date.fromisoformat(self.ends_on or self.completed_on)
        if first == last:
            return _("el %(day)s") % {"day": date_format(last, "DATE_FORMAT")}
        said = "j" if first.month == last.month else _("j \\d\\e F")
        if first.year != last.year:
            said = "DATE_FORMAT"
        return _("del %(first)s al %(last)s") % {
            "first": date_format(first, said),
            "last": date_format(last, "DATE_FORMAT"),
        }


def canonical(content: dict[str, Any]) -> str:
    """One text for one content, whatever order its keys come back in from the database."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(content: dict[str, Any]) -> str:
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def is_intact(certificate: Certificate) -> bool:
    return digest(certificate.content) == certificate.content_sha256


# --- Of whom, and signed by whom -----------------------------------------------------------------
def to_issue() -> QuerySet[Completion]:
    """Completions with all that their certificates say, in few queries whatever their number."""
    funding = EditionFunding.objects.select_related("programme").order_by("programme__name")
    return Completion.objects.select_related(
        "person",
        "course",
        "version",
        "organisation",
        "enrolment__edition__zone__district__province__department",
        "enrolment__edition__district__province__department",
    ).prefetch_related(Prefetch("enrolment__edition__funding", queryset=funding))


def issuable(edition: Edition) -> QuerySet[Completion]:
    """Completed and verified in this edition by women on record, and no certificate stands."""
    rows: QuerySet[Completion] = (
        Completion.objects.achieved()
        .verified()
        .without_certificate()
        .filter(
            enrolment__edition=edition,
            person__trashed_at=None,
            person__withdrawn_at=None,
            person__merged_into=None,
        )
    )
    return rows


def signatories_on(day: date) -> list[Signatory]:
    """Everyone who signs on a day, network by network."""
    rows = Signatory.objects.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)
    return list(rows.order_by("order", "starts_on", "pk"))


def signing(signatories: Iterable[Signatory], edition: Edition | None) -> tuple[Signature, ...]:
    """Those of the whole network, and those of the regional network that ran the edition."""
    network = edition.regional_network_id if edition else None
    return tuple(
        Signature(s.name, s.post)
        for s in signatories
        if s.regional_network_id is None or s.regional_network_id == network
    )


def content_of(
    completion: Completion, *, number: str, issued_on: date, signatories: Iterable[Signatory]
) -> Content:
    """What is true today of a completion that `to_issue` read."""
    person, edition = completion.person, _edition_of(completion)
    organisation = completion.organisation
    return Content(
        given_names=person.given_names,
        surnames=person.surnames,
        course=completion.course.name,
        course_version=completion.version.number if completion.version else None,
        theme=completion.course.theme,
        hours=str(_hours_of(completion)),
        starts_on=edition.starts_on.isoformat() if edition else "",
        ends_on=edition.ends_on.isoformat() if edition else "",
        completed_on=completion.completed_on.isoformat(),
        place=_place_of(edition) if edition else completion.place,
        valid_until=completion.valid_until.isoformat() if completion.valid_until else "",
        organisation=organisation.name if organisation else "",
        programmes=tuple(f.programme.name for f in edition.funding.all()) if edition else (),
        signatories=signing(signatories, edition),
        issued_on=issued_on.isoformat(),
        number=number,
        is_demo=completion.is_demo or person.is_demo,
    )


def _edition_of(completion: Completion) -> Edition | None:
    return completion.enrolment.edition if completion.enrolment else None


def _hours_of(completion: Completion) -> Decimal:
    """Those of the edition's sessions on the day it was approved; of an old record, those written
    in it, or else of its course."""
    if completion.planned_hours is not None:
        return completion.planned_hours
    if completion.hours is not None:
        return completion.hours
    return completion.version.hours if completion.version else Decimal(0)


def _place_of(edition: Edition) -> str:
    """Laberinto, Madre de Dios. A mining zone is not published: its district is."""
    district = edition.district or (edition.zone.district if edition.zone else None)
    if district is None:
        return edition.venue
    return f"{district.name}, {district.province.department.name}"


# --- What anyone is told -------------------------------------------------------------------------
@dataclass(frozen=True)
class Check:
    """The answer to a code. `name` is as much of it as she agreed to, empty when she is no longer
    on record; `newest` is the copy that stands for its number when this one was replaced."""

    certificate: Certificate
    answer: Certificate.Answer
    content: Content
    name: str
    newest: Certificate | None = None

    @property
    def is_named(self) -> bool:
        """Did she agree to her whole name being told?"""
        return self.name == self.content.name

    @property
    def is_taken_back(self) -> bool:
        """Was what it certifies taken back with it?"""
        return self.certificate.takes_back_completion

    @property
    def has_new_name(self) -> bool:
        return self.newest is not None and Content.of(self.newest.content).name != self.content.name


def check(code: str, day: date) -> Check | None:
    """What anyone is told of a code; None when there is no such certificate."""
    rows = Certificate.objects.select_related("completion__person")
    certificate = rows.filter(code=code).first()
    if certificate is None:
        return None
    content, answer = Content.of(certificate.content), certificate.answer_on(day)
    name = public_name(content, certificate.completion.person)
    newest = None
    if answer == Certificate.Answer.REPLACED:
        newest = copies_of(certificate).last()
    return Check(certificate, answer, content, name, newest)


def copies_of(certificate: Certificate) -> QuerySet[Certificate]:
    """All copies of its number, the first one first."""
    return Certificate.objects.filter(year=certificate.year, number=certificate.number).order_by(
        "copy"
    )


def public_name(content: Content, person: Person) -> str:
    if person.trashed_at or person.withdrawn_at:
        return ""
    has_agreed = Consent.objects.granted(PUBLIC_NAME).filter(person=person).exists()
    return content.name if has_agreed else content.short_name

"""Verbs of editions: plan one, correct it, open, close, cancel; who teaches, organises and pays."""

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from members.models import Organisation, Person, RegionalNetwork, User
from network.base.dates import day
from network.base.errors import Refused, refusing_broken_rules
from network.base.history import was_ever
from network.partners.models import Institution, Programme
from network.places.models import District, MiningZone
from trainings.models import (
    Completion,
    Course,
    CourseVersion,
    Edition,
    EditionFunding,
    EditionInstitution,
    EditionTrainer,
    Enrolment,
    Quota,
    Session,
)

MENDED_AT = {
    "trainings_edition_dates": "ends_on",
    "trainings_edition_seats": "seats",
    "trainings_edition_cancelled": "reason",
}


@dataclass(frozen=True)
class EditionFacts:
    """All that is planned of an edition; what is not given is not known."""

    version: CourseVersion
    starts_on: date
    ends_on: date
    regional_network: RegionalNetwork | None = None
    district: District | None = None
    zone: MiningZone | None = None
    venue: str = ""
    modality: str = Edition.Modality.IN_PERSON
    audience: str = Edition.Audience.WOMEN
    seats: int | None = None
    has_childcare: bool = False
    has_transport: bool = False
    has_meals: bool = False
    note: str = ""


@transaction.atomic
def add_edition(*, id: UUID, facts: EditionFacts, by: User) -> Edition:
    """Plan the next edition of a course. The same `id` sent again is the same edition."""
    course = Course.objects.select_for_update().get(pk=facts.version.course_id)
    if kept := Edition.objects.filter(pk=id).first():
        if kept.course_id != course.pk:
            raise Refused(_("Abre otra vez la página para crear otra edición."))
        return kept
    last = Edition.objects.filter(course=course).aggregate(last=Max("number"))["last"]
    edition = Edition(pk=id, course=course, number=(last or 0) + 1)
    _put(edition, facts)
    with refusing_broken_rules(Edition, fields=MENDED_AT):
        edition.save(force_insert=True)
    return edition


@transaction.atomic
def correct_edition(*, edition: Edition, facts: EditionFacts, by: User) -> Edition:
    """Refused when a session would be left outside the dates, when fewer seats remain than were
    promised, or when the version would change under what was already decided."""
    edition = locked(edition)
    refuse_if_over(edition)
    if facts.version.course_id != edition.course_id:
        raise Refused(_("Una edición no cambia de curso."), field="version")
    if facts.version.pk != edition.version_id and _is_decided(edition):
        raise Refused(
            _("Ya se decidió quién completó con esta versión: no se cambia."), field="version"
        )
    _refuse_sessions_outside(edition, facts.starts_on, facts.ends_on)
    taken = Enrolment.objects.holding().filter(edition=edition).count()
    if facts.seats is not None and facts.seats < taken:
        raise Refused(
            ngettext(
                "Ya hay %(count)s con su cupo: no pueden quedar menos.",
                "Ya hay %(count)s con su cupo: no pueden quedar menos.",
                taken,
            )
            % {"count": taken},
            field="seats",
        )
    _put(edition, facts)
    with refusing_broken_rules(Edition, fields=MENDED_AT):
        edition.save()
    return edition


def locked(edition: Edition) -> Edition:
    """The row as it is now, held until the end: whoever comes at once waits for her turn."""
    rows = Edition.objects.select_related("version__course", "regional_network", "district", "zone")
    return rows.select_for_update(of=("self",)).get(pk=edition.pk)


def refuse_if_over(edition: Edition) -> None:
    """What is closed or cancelled is not changed: it is opened again first."""
    if edition.cancelled_on:
        raise Refused(_("La edición está cancelada. Reábrela para cambiarla."))
    if edition.closed_on:
        raise Refused(_("La edición está cerrada. Reábrela para cambiarla."))


def _put(edition: Edition, facts: EditionFacts) -> None:
    for fact in fields(facts):
        setattr(edition, fact.name, getattr(facts, fact.name))


def _is_decided(edition: Edition) -> bool:
    decided = Completion.objects.filter(enrolment__edition=edition, voided_at=None)
    return decided.exists()


def _refuse_sessions_outside(edition: Edition, first: date, last: date) -> None:
    outside = edition.sessions.exclude(held_on__range=(first, last)).in_order().first()
    if outside is None:
        return
    raise Refused(
        _("La sesión del %(session)s quedaría fuera de la edición. Muévela antes.")
        % {"session": session_in_words(outside)},
        field="starts_on" if outside.held_on < first else "ends_on",
    )


def session_in_words(session: Session) -> str:
    return f"{day(session.held_on)} ({session.topic})" if session.topic else day(session.held_on)


def was_ever_closed(edition: Edition) -> bool:
    """Opening it again does not undo that its marks and scores were settled once."""
    return edition.closed_on is not None or was_ever(edition, closed_on__isnull=False)


# --- Its life -----------------------------------------------------------------------------------
@transaction.atomic
def open_edition(*, edition: Edition, by: User) -> Edition:
    """From today on women enrol. Twice is once."""
    edition = locked(edition)
    refuse_if_over(edition)
    today = timezone.localdate()
    if edition.opened_on is None or edition.opened_on > today:
        edition.opened_on = today
        edition.save(update_fields=["opened_on"])
    return edition


def unmarked_sessions(edition: Edition) -> list[Session]:
    """Standing sessions nobody marked whole: without any mark, or with some line not marked."""
    return list(edition.sessions.standing().not_fully_marked().in_order())


@transaction.atomic
def close_edition(*, edition: Edition, despite_unmarked: bool = False, by: User) -> Edition:
    """End it. Refused while a session is still to come, and while one is not marked unless told
    that it stays so. Twice is once."""
    edition = locked(edition)
    if edition.closed_on:
        return edition
    refuse_if_over(edition)
    today = timezone.localdate()
    coming = edition.sessions.standing().filter(held_on__gt=today).in_order().first()
    if coming:
        raise Refused(
            _("Todavía falta la sesión del %(session)s. Cancélala si no se dará.")
            % {"session": session_in_words(coming)}
        )
    pending = unmarked_sessions(edition)
    if pending and not despite_unmarked:
        told = ", ".join(session_in_words(session) for session in pending)
        raise Refused(
            _("Faltan marcas en: %(sessions)s. Anótalas, o marca que se cierra así.")
            % {"sessions": told},
            field="despite_unmarked",
        )
    edition.closed_on = today
    edition.save(update_fields=["closed_on"])
    return edition


@transaction.atomic
def cancel_edition(*, edition: Edition, reason: str, by: User) -> Edition:
    """It will not be held, or not be held further. What was marked stays."""
    edition = locked(edition)
    if edition.cancelled_on:
        return edition
    refuse_if_over(edition)
    if not reason.strip():
        raise Refused(_("Escribe por qué se cancela."), field="reason")
    edition.cancelled_on, edition.cancel_reason = timezone.localdate(), reason.strip()
    edition.save(update_fields=["cancelled_on", "cancel_reason"])
    return edition


@transaction.atomic
def reopen_edition(*, edition: Edition, by: User) -> Edition:
    """Closed or cancelled by mistake. Twice is once."""
    edition = locked(edition)
    edition.closed_on = edition.cancelled_on = None
    edition.cancel_reason = ""
    edition.save(update_fields=["closed_on", "cancelled_on", "cancel_reason"])
    return edition


# --- Who teaches, organises and pays ------------------------------------------------------------
@transaction.atomic
def add_trainer(*, edition: Edition, person: Person, part: str, by: User) -> EditionTrainer:
    """Said again, her part is what was said last."""
    edition = locked(edition)
    refuse_if_over(edition)
    row, _is_new = EditionTrainer.objects.update_or_create(
        edition=edition, person=person, defaults={"part": part}
    )
    return row


@transaction.atomic
def remove_trainer(*, row: EditionTrainer, by: User) -> None:
    edition = locked(row.edition)
    refuse_if_over(edition)
    taught = edition.sessions.standing().filter(trainer=row.person_id).in_order().first()
    if taught:
        raise Refused(
            _("Da la sesión del %(session)s. Pon antes a otra formadora en esa sesión.")
            % {"session": session_in_words(taught)}
        )
    row.delete()


@transaction.atomic
def add_institution(
    *, edition: Edition, institution: Institution, is_lead: bool, by: User
) -> EditionInstitution:
    """One leads; the others organise with it."""
    edition = locked(edition)
    refuse_if_over(edition)
    with refusing_broken_rules(EditionInstitution, field="is_lead"):
        row, _is_new = EditionInstitution.objects.update_or_create(
            edition=edition, institution=institution, defaults={"is_lead": is_lead}
        )
    return row


@transaction.atomic
def remove_institution(*, row: EditionInstitution, by: User) -> None:
    refuse_if_over(locked(row.edition))
    row.delete()


@transaction.atomic
def set_funding(
    *, edition: Edition, programme: Programme, share: Decimal, by: User
) -> EditionFunding:
    """The part of the edition that a programme pays; said again, it is what was said last."""
    edition = locked(edition)
    refuse_if_over(edition)
    others = edition.funding.exclude(programme=programme)
    paid = sum((row.share for row in others), Decimal(0))
    whole = _("Las partes no pasan de 100 %%: las demás ya suman %(paid)s %%.") % {
        "paid": f"{paid.normalize():f}"
    }
    with refusing_broken_rules(
        EditionFunding, field="share", messages={"trainings_editionfunding_whole": whole}
    ):
        row, _is_new = EditionFunding.objects.update_or_create(
            edition=edition, programme=programme, defaults={"share": share}
        )
    return row


@transaction.atomic
def remove_funding(*, row: EditionFunding, by: User) -> None:
    refuse_if_over(locked(row.edition))
    row.delete()


@transaction.atomic
def set_quota(
    *,
    edition: Edition,
    organisation: Organisation | None = None,
    regional_network: RegionalNetwork | None = None,
    seats: int,
    by: User,
) -> Quota:
    """How many women an organisation, or a region, may propose; said again, what was said last."""
    edition = locked(edition)
    refuse_if_over(edition)
    if (organisation is None) == (regional_network is None):
        raise Refused(_("Elige una organización o una red regional."), field="organisation")
    if edition.seats is not None and seats > edition.seats:
        words = _("La edición tiene %(seats)s cupos en total.") % {"seats": edition.seats}
        raise Refused(words, field="seats")
    row, _is_new = Quota.objects.update_or_create(
        edition=edition,
        organisation=organisation,
        regional_network=regional_network,
        defaults={"seats": seats},
    )
    return row


@transaction.atomic
def remove_quota(*, row: Quota, by: User) -> None:
    refuse_if_over(locked(row.edition))
    row.delete()

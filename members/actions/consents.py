"""Verbs of consent: a decision is added to the ledger, and what it changes happens at once."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.consents import NOTICES, needs_guardian, notice_for
from members.models import (
    Consent,
    Language,
    Organisation,
    Person,
    PrivacyNotice,
    Purpose,
    SensitiveFacts,
    User,
)
from network.base.dates import parse_day
from network.base.errors import Refused, refusing_broken_rules
from network.documents.actions import store_upload
from network.documents.models import Document


@dataclass(frozen=True)
class Decided:
    """A decision as it was taken: for what, yes or no, how she said it and when."""

    purpose: str
    is_granted: bool
    channel: str
    decided_on: date
    witness: str = ""
    guardian: str = ""
    notice: PrivacyNotice | None = None
    evidence: Document | None = None
    upload: UploadedFile | None = None


@transaction.atomic
def record_consent(*, person: Person, decided: Decided, by: User | None) -> Consent:
    """Add a decision. The one of the latest day counts; an older paper found later does not.

    The same decision again changes nothing. Without registry consent she leaves every list at
    once; without consent for them, her sensitive facts are erased.
    """
    person = Person.objects.select_for_update(of=("self",)).get(pk=person.pk)
    refuse_unfit(person, decided)
    if decided.notice is None:
        decided = replace(decided, notice=notice_for(person, decided.decided_on))
    decided = _with_evidence(decided, person, by)
    consent = _consent(person, decided, by)
    current = person.consents.current().filter(purpose=decided.purpose).first()
    if current and _is_repeat(current, consent):
        return current
    now = timezone.now()
    if current and current.decided_on > decided.decided_on:
        consent.superseded_at = now
    elif current:
        current.superseded_at = now
        current.save(update_fields=["superseded_at"])
    with refusing_broken_rules(Consent, field="channel"):
        consent.save(force_insert=True)
    if consent.superseded_at is None:
        _take_effect(person, consent)
    return consent


@transaction.atomic
def record_consents(
    *, organisation: Organisation, people: Iterable[Person], decided: Decided, by: User
) -> tuple[list[Consent], list[Person]]:
    """The same decision for everyone on a signed sheet, with one picture of it, all or nobody.

    Returns what was written, and the girls left out because their guardian has to decide.
    """
    decided = _with_evidence(decided, organisation, by)
    written, left_out = [], []
    for person in people:
        if decided.is_granted and needs_guardian(person, decided.decided_on):
            left_out.append(person)
        else:
            written.append(record_consent(person=person, decided=decided, by=by))
    return written, left_out


def _with_evidence(decided: Decided, subject: Person | Organisation, by: User | None) -> Decided:
    if decided.upload is None:
        return decided
    evidence = store_upload(
        upload=decided.upload,
        kind=Document.Kind.CONSENT,
        by=by,
        title=str(Purpose(decided.purpose).label),
        subject=subject._meta.label_lower,
        subject_id=str(subject.pk),
    )
    return replace(decided, evidence=evidence, upload=None)


def refuse_unfit(person: Person, decided: Decided) -> None:
    """What the law or plain sense does not let stand, told before anything is written."""
    if decided.decided_on > timezone.localdate():
        raise Refused(_("Esa fecha todavía no llega. Revisa el año."), field="decided_on")
    if decided.channel == Consent.Channel.WITNESSED and not decided.witness:
        raise Refused(_("Escribe quién fue testigo."), field="witness")
    is_guarded = needs_guardian(person, decided.decided_on)
    if decided.is_granted and is_guarded and not decided.guardian:
        raise Refused(
            _("Tenía menos de 14 años: escribe qué madre, padre o tutora decidió por ella."),
            field="guardian",
        )


def _consent(person: Person, decided: Decided, by: User | None) -> Consent:
    return Consent(
        person=person,
        purpose=decided.purpose,
        is_granted=decided.is_granted,
        notice=decided.notice,
        channel=decided.channel,
        decided_on=decided.decided_on,
        witness=decided.witness,
        guardian=decided.guardian,
        evidence=decided.evidence,
        recorded_by=by,
    )


def _is_repeat(current: Consent, new: Consent) -> bool:
    same = ("is_granted", "channel", "decided_on", "witness", "guardian", "evidence_id")
    return all(getattr(current, name) == getattr(new, name) for name in same)


def _take_effect(person: Person, consent: Consent) -> None:
    if consent.purpose == Purpose.REGISTRY:
        is_on_record = person.withdrawn_at is None
        if consent.is_granted != is_on_record:
            person.withdrawn_at = None if consent.is_granted else timezone.now()
            person.save(update_fields=["withdrawn_at"])
    elif consent.purpose == Purpose.SENSITIVE and not consent.is_granted:
        SensitiveFacts.objects.filter(person=person).delete()


@transaction.atomic
def load_notices() -> list[PrivacyNotice]:
    """Add the privacy notices shipped with the portal that are not stored yet.

    A stored text is never rewritten: refused when a file differs from it.
    """
    return [notice for path in sorted(NOTICES.glob("*.txt")) if (notice := _load_notice(path.name))]


def _load_notice(file_name: str) -> PrivacyNotice | None:
    version, language, _suffix = file_name.split(".")
    since, text = (NOTICES / file_name).read_text(encoding="utf-8").split("\n\n", 1)
    text = text.strip()
    stored = PrivacyNotice.objects.filter(version=version, language=language).first()
    if stored is None:
        return PrivacyNotice.objects.create(
            version=version,
            language=Language(language),
            text=text,
            effective_on=parse_day(since.removeprefix("Desde:").strip()),
        )
    if stored.text != text:
        raise Refused(
            _("El aviso %(version)s ya se usó y no se reescribe: publica una versión nueva.")
            % {"version": version}
        )
    return None

"""Verbs about certificates: issue, mend the name on one, annul one; and who signs them.

Numbers have no gaps: the row of the year in `CertificateSeries` is locked by whoever takes the
next ones, in the transaction that writes the certificates. A transaction rolled back gives its
numbers back with it, and the one that waited takes them. A sequence would lose them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import RegionalNetwork, User
from network.base.errors import Refused, refusing_broken_rules
from network.base.ids import new_id
from trainings.actions.completions import void_completion
from trainings.certificates import Content, content_of, digest, signatories_on, to_issue
from trainings.codes import new_code
from trainings.models import Certificate, CertificateSeries, Completion, Signatory


@dataclass(frozen=True)
class Issued:
    """`already` had theirs; `refused` are completions that give no right to one."""

    new: tuple[Certificate, ...] = ()
    already: int = 0
    refused: tuple[Completion, ...] = ()


@transaction.atomic
def issue_certificates(
    *, completions: Iterable[Completion], by: User | None, issued_on: date
) -> Issued:
    """A certificate for each completion that is achieved, verified, of a woman on record, and has
    none that stands. Repeating it issues nothing new; after one was annulled, another number."""
    pks = [completion.pk for completion in completions]
    # Locked in one order, and before the series: two batches of the same women take turns.
    list(Completion.objects.filter(pk__in=pks).order_by("pk").select_for_update().values("pk"))
    rows = list(to_issue().filter(pk__in=pks).order_by("completed_on", "person__name_key", "pk"))
    standing = Certificate.objects.current().filter(completion__in=pks)
    held = set(standing.values_list("completion_id", flat=True))
    missing = [row for row in rows if row.pk not in held]
    due = [row for row in missing if _gives_right(row)]
    refused = tuple(row for row in missing if not _gives_right(row))
    return Issued(_write(due, by, issued_on), len(rows) - len(missing), refused)


def _gives_right(completion: Completion) -> bool:
    person = completion.person
    is_on_record = not (person.trashed_at or person.withdrawn_at or person.merged_into_id)
    is_achieved = completion.result == Completion.Result.COMPLETED and not completion.voided_at
    return is_achieved and completion.is_verified and is_on_record


def _write(
    completions: list[Completion], by: User | None, issued_on: date
) -> tuple[Certificate, ...]:
    if not completions:
        return ()
    first = _take_numbers(issued_on.year, len(completions))
    codes, signatories = _free_codes(len(completions)), signatories_on(issued_on)
    certificates = []
    for number, completion, code in zip(range(first, 10**6), completions, codes, strict=False):
        certificate = Certificate(
            completion=completion,
            year=issued_on.year,
            number=number,
            code=code,
            issued_on=issued_on,
            issued_by=by,
            valid_until=completion.valid_until,
            is_demo=completion.is_demo,
        )
        content = content_of(
            completion,
            number=certificate.number_in_words,
            issued_on=issued_on,
            signatories=signatories,
        )
        _freeze(certificate, content)
        certificates.append(certificate)
    return tuple(Certificate.objects.bulk_create(certificates))


def _freeze(certificate: Certificate, content: Content) -> None:
    certificate.content = content.as_json()
    certificate.content_sha256 = digest(certificate.content)


def _take_numbers(year: int, count: int) -> int:
    """The first of `count` numbers. Whoever comes next waits until this transaction is over."""
    CertificateSeries.objects.bulk_create([CertificateSeries(year=year)], ignore_conflicts=True)
    series = CertificateSeries.objects.select_for_update().get(pk=year)
    first = series.last_number + 1
    series.last_number += count
    series.save(update_fields=["last_number"])
    return first


def _free_codes(count: int) -> list[str]:
    """Among 2^40 two alike are rare; the database refuses them, so they are looked for first."""
    codes: set[str] = set()
    while len(codes) < count:
        codes |= {new_code() for _missing in range(count - len(codes))}
        codes -= set(Certificate.objects.filter(code__in=codes).values_list("code", flat=True))
    return list(codes)


@transaction.atomic
def reissue_certificate(*, certificate: Certificate, by: User, reason: str) -> Certificate:
    """Copy 2 of the same number, with her name as it is on record today and a code of its own.

    All else stays as it was issued. The old copy answers that it was replaced. Pressing twice
    makes one copy: the second finds nothing to mend.
    """
    old = _locked(certificate)
    if old.replaced_by_id or old.revoked_on:
        raise Refused(_("Esta copia ya no vale. Haz el duplicado desde la que está vigente."))
    person = old.completion.person
    if person.trashed_at or person.withdrawn_at:
        raise Refused(_("Ella no está en el registro: no se le hacen duplicados."))
    content = Content.of(old.content)
    if (content.given_names, content.surnames) == (person.given_names, person.surnames):
        raise Refused(
            _(
                "Su nombre en la ficha es el mismo de la constancia. Corrige antes su ficha."
                " Si perdió el papel, baja el PDF otra vez."
            )
        )
    today, pk = timezone.localdate(), new_id()
    Certificate.objects.filter(pk=old.pk).update(replaced_by=pk)  # checked when all is written
    copy = Certificate(
        pk=pk,
        completion=old.completion,
        year=old.year,
        number=old.number,
        copy=old.copy + 1,
        code=_free_codes(1)[0],
        issued_on=today,
        issued_by=by,
        valid_until=old.valid_until,
        copy_reason=reason,
        is_demo=old.is_demo,
    )
    mended = replace(
        content,
        given_names=person.given_names,
        surnames=person.surnames,
        copy=copy.copy,
        issued_on=today.isoformat(),
    )
    _freeze(copy, mended)
    copy.save(force_insert=True)
    return copy


@transaction.atomic
def revoke_certificate(*, certificate: Certificate, category: str, note: str, by: User) -> None:
    """Annul a certificate: its code goes on answering, with the day and the category; the note is
    for those inside. Annulling it again changes nothing.

    As another's, or against the rule, what it certified is taken back in the same act."""
    found = _locked(certificate)
    if found.revoked_on:
        return
    if found.replaced_by_id:
        raise Refused(_("Esta copia fue reemplazada. Anula la que está vigente."))
    with refusing_broken_rules(Certificate, field="category"):
        found.revoked_on = timezone.localdate()
        found.revoked_by = by
        found.revocation = category
        found.revocation_note = note
        found.save(update_fields=["revoked_on", "revoked_by", "revocation", "revocation_note"])
    if found.takes_back_completion:
        why = found.get_revocation_display()
        why = _("Se anuló su constancia: %(why)s") % {"why": why[:1].lower() + why[1:]}
        void_completion(completion=found.completion, reason=why, by=by)


def _locked(certificate: Certificate) -> Certificate:
    rows = Certificate.objects.select_for_update(of=("self",)).select_related("completion__person")
    return rows.get(pk=certificate.pk)


# --- Who signs -----------------------------------------------------------------------------------
@dataclass(frozen=True)
class SignatoryFacts:
    name: str
    post: str
    starts_on: date
    order: int = 1
    regional_network: RegionalNetwork | None = None


@transaction.atomic
def add_signatory(*, pk: UUID, facts: SignatoryFacts, by: User) -> Signatory:
    """Who signs from a day on. Certificates already issued keep who signed them. The id comes from
    the form: sent twice, it is written once."""
    found = Signatory.objects.filter(pk=pk).first()
    if found:
        return found
    with refusing_broken_rules(Signatory, field="starts_on"):
        return Signatory.objects.create(
            pk=pk,
            name=facts.name,
            post=facts.post,
            starts_on=facts.starts_on,
            order=facts.order,
            regional_network=facts.regional_network,
        )


@transaction.atomic
def end_signatory(*, signatory: Signatory, last_day: date, by: User) -> Signatory:
    """The last day on which she signs."""
    if last_day < signatory.starts_on:
        raise Refused(_("La fecha de término es anterior a la de inicio."), field="last_day")
    signatory.ends_on = last_day
    signatory.save(update_fields=["ends_on"])
    return signatory

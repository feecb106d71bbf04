"""Questions about consents: what a person decided, who was never asked, which text she heard."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Consent, Period, Person, PrivacyNotice, Purpose

NOTICES = Path(__file__).parent / "notices"
DECIDES_FROM = 14
ADULT_FROM = 18


@dataclass(frozen=True)
class Decision:
    """What is known about one purpose: her current decision, or that nobody asked."""

    purpose: Purpose
    consent: Consent | None

    @property
    def state(self) -> str:
        return "done" if self.consent and self.consent.is_granted else "none"

    @property
    def label(self) -> str:
        if self.consent is None:
            return _("Sin preguntar")
        return _("Sí") if self.consent.is_granted else _("No")


def decisions_of(person: Person) -> list[Decision]:
    """Every purpose with her current decision, in the order they are asked. One query."""
    current = {c.purpose: c for c in person.consents.current()}
    return [Decision(purpose, current.get(purpose)) for purpose in Purpose]


def consent_panel(person: Person) -> dict[str, Any]:
    """Context of templates/members/_consents.html, for any page about a person."""
    return {
        "decisions": decisions_of(person),
        "consents_of": person,
        "minor_note": minor_note(person, timezone.localdate()),
    }


def ledger_of(person: Person, purpose: str) -> QuerySet[Consent]:
    """All her decisions for a purpose, newest first; the one that counts has no `superseded_at`."""
    return (
        person.consents.filter(purpose=purpose)
        .select_related("notice", "recorded_by", "evidence")
        .order_by("-decided_on", "-recorded_at")
    )


def youngest_age(person: Person, day: date) -> int | None:
    """The fewest years she can have: of a birth year alone, as if born on its last day."""
    age = person.age_on(day)
    if age is None or person.born_precision != Period.Precision.YEAR:
        return age
    return age if (day.month, day.day) == (12, 31) else age - 1


def needs_guardian(person: Person, day: date) -> bool:
    age = youngest_age(person, day)
    return age is not None and age < DECIDES_FROM


def minor_note(person: Person, day: date) -> str:
    age = youngest_age(person, day)
    if age is None or age >= ADULT_FROM:
        return ""
    if age < DECIDES_FROM:
        return _("Tiene menos de 14 años: decide su madre, su padre o su tutora.")
    return _("Tiene de 14 a 17 años: decide ella. Explícale cada frase con calma.")


def notices_in_use(day: date) -> QuerySet[PrivacyNotice]:
    return PrivacyNotice.objects.filter(effective_on__lte=day).order_by("-effective_on", "language")


def notice_for(person: Person, day: date) -> PrivacyNotice | None:
    """The newest text of that day in her language, or in Spanish."""
    notices = list(notices_in_use(day))
    if not notices:
        return None
    newest = {n.language: n for n in notices if n.version == notices[0].version}
    return newest.get(person.preferred_language) or newest.get("es") or notices[0]


def coverage(people: QuerySet[Person]) -> list[dict[str, Any]]:
    """For every purpose: how many of these people said yes, said no, and were never asked."""
    total = people.count()
    counted = {
        row["purpose"]: (row["yes"], row["asked"])
        for row in Consent.objects.current()
        .filter(person__in=people)
        .values("purpose")
        .annotate(yes=Count("pk", filter=Q(is_granted=True)), asked=Count("pk"))
    }
    rows = []
    for purpose in Purpose:
        yes, asked = counted.get(purpose.value, (0, 0))
        rows.append(
            {
                "purpose": purpose,
                "yes": yes,
                "no": asked - yes,
                "unasked": total - asked,
                "total": total,
            }
        )
    return rows


def never_asked(people: QuerySet[Person], purpose: str) -> QuerySet[Person]:
    asked = Consent.objects.current().filter(purpose=purpose, person=OuterRef("pk"))
    return people.filter(~Exists(asked))


def notice_sections(text: str) -> list[tuple[str, list[str]]]:
    """The text of a notice as titles with their paragraphs."""
    sections: list[tuple[str, list[str]]] = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        if line.startswith("## "):
            sections.append((line[3:], []))
        elif sections:
            sections[-1][1].append(line)
    return sections


def effect_in_words(purpose: str, *, is_granted: bool) -> str:
    """What a decision changes at once; empty when it only goes into the ledger."""
    effects = {
        (Purpose.REGISTRY, True): _("Vuelve a las listas, si había salido."),
        (Purpose.REGISTRY, False): _(
            "Sale ahora mismo de todas las listas, conteos, búsquedas y archivos. Solo la "
            "coordinación nacional podrá encontrarla."
        ),
        (Purpose.SENSITIVE, False): _(
            "Se borran ahora mismo su identidad, su discapacidad y sus estudios, si estaban "
            "anotados. No se pueden recuperar."
        ),
        (Purpose.SHARE_SOLIDARIDAD, False): _("Solidaridad deja de ver sus datos ahora mismo."),
        (Purpose.DONOR_REPORTING, False): _("Ya no aparece en archivos para donantes."),
        (Purpose.WHATSAPP, False): _("Ya no recibe mensajes por WhatsApp."),
        (Purpose.SMS, False): _("Ya no recibe mensajes de texto."),
        (Purpose.EMAIL, False): _("Ya no recibe correos."),
    }
    return effects.get((Purpose(purpose), is_granted), "")

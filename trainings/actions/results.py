"""Keeping scores of tests, and what people thought, which points at nobody."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import User
from network.base.errors import Refused, refusing_broken_rules
from trainings.actions.editions import was_ever_closed
from trainings.models import Edition, Enrolment, Satisfaction, TestScore
from trainings.results import screen_answer_count

# A screen is handed around while the edition lasts and for some days; the address then closes.
ANSWER_DAYS = timedelta(days=30)
SPARE_ANSWERS = 20
Line = tuple[UUID, str]  # enrolment and moment


@transaction.atomic
def record_scores(
    *,
    edition: Edition,
    scores: Mapping[Line, Decimal | None],
    maximums: Mapping[str, Decimal],
    taken_on: date,
    by: User,
    origin: str = TestScore.Origin.PAPER,
    reason: str = "",
) -> int:
    """Keep scores by enrolment and moment; None takes one back. How many changed.

    Refused whole when one is above its maximum or of someone outside the edition. Sending the same
    again changes nothing. Of an edition that was ever closed, a change needs a `reason`.
    """
    edition = Edition.objects.select_for_update(of=("self",)).get(pk=edition.pk)
    reason, was_closed = " ".join(reason.split()), was_ever_closed(edition)
    enrolled = _enrolled(edition, scores)
    stored = {
        (row.enrolment_id, row.moment): row
        for row in TestScore.objects.filter(enrolment__in=enrolled)
    }
    written: list[TestScore] = []
    removed: list[UUID] = []
    for (pk, moment), score in scores.items():
        if pk not in enrolled:
            raise Refused(_("No está inscrita en esta edición."), field=field_of(pk, moment))
        row = stored.get((pk, moment))
        if score is None:
            removed += [row.pk] if row else []
            continue
        maximum = maximums[moment]
        if not 0 <= score <= maximum:
            raise Refused(over_in_words(maximum), field=field_of(pk, moment))
        if row is None or (row.score, row.maximum) != (score, maximum):
            written.append(
                TestScore(
                    **({"pk": row.pk} if row else {}),
                    enrolment_id=pk,
                    moment=moment,
                    score=score,
                    maximum=maximum,
                    taken_on=taken_on,
                    origin=origin,
                    recorded_by=by,
                    recorded_at=timezone.now(),
                    correction_reason=reason if was_closed else "",
                )
            )
    if was_closed and not reason and (written or removed):
        words = _("La edición ya se cerró: escribe por qué cambias los puntajes.")
        raise Refused(words, field="reason")
    known = {row.pk for row in stored.values()}
    with refusing_broken_rules(TestScore):
        gone = TestScore.objects.filter(pk__in=removed)
        if was_closed:
            gone.update(correction_reason=reason)  # its history keeps why
        gone.delete()
        TestScore.objects.bulk_create([row for row in written if row.pk not in known])
        TestScore.objects.bulk_update(
            [row for row in written if row.pk in known],
            [
                "score",
                "maximum",
                "taken_on",
                "origin",
                "recorded_by",
                "recorded_at",
                "correction_reason",
            ],
        )
    return len(written) + len(removed)


def field_of(enrolment: UUID, moment: str) -> str:
    """The field of a score on its form."""
    return f"{moment}-{enrolment}"


def over_in_words(maximum: Decimal) -> str:
    return _("El puntaje va de 0 a %(maximum)s, el máximo de la prueba.") % {
        "maximum": f"{maximum.normalize():f}"
    }


def _enrolled(edition: Edition, scores: Mapping[Line, Decimal | None]) -> frozenset[UUID]:
    rows = Enrolment.objects.filter(edition=edition, pk__in={pk for pk, _moment in scores})
    return frozenset(rows.on_roster().values_list("pk", flat=True))


@transaction.atomic
def record_opinion(*, edition: Edition, face: str, words: str, client_id: UUID) -> Satisfaction:
    """One answer on a screen, of nobody. The same `client_id` is the same answer."""
    Edition.objects.select_for_update(of=("self",)).get(pk=edition.pk)
    if known := Satisfaction.objects.filter(client_id=client_id).first():
        return known
    refuse_opinions_out_of_time(edition)
    counts = screen_answer_count(edition)
    if counts["answers"] >= counts["people"] * 2 + SPARE_ANSWERS:
        raise Refused(_("Ya hay más respuestas que personas. Avisa a quien dio el curso."))
    return Satisfaction.objects.create(
        edition=edition,
        **{f"{face}_count": 1},
        words=words,
        origin=Satisfaction.Origin.SCREEN,
        answered_on=timezone.localdate(),
        client_id=client_id,
    )


def refuse_opinions_out_of_time(edition: Edition) -> None:
    today = timezone.localdate()
    if edition.cancelled_on or not edition.starts_on <= today <= edition.ends_on + ANSWER_DAYS:
        raise Refused(_("Este curso no recibe opiniones en este momento."))


@transaction.atomic
def record_tally(
    *,
    edition: Edition,
    happy_count: int,
    neutral_count: int,
    unhappy_count: int,
    words: str,
    answered_on: date,
    client_id: UUID,
    by: User,
) -> Satisfaction:
    """What was counted on paper. The same `client_id` is the same count."""
    if known := Satisfaction.objects.filter(client_id=client_id).first():
        return known
    tally = Satisfaction(
        edition=edition,
        happy_count=happy_count,
        neutral_count=neutral_count,
        unhappy_count=unhappy_count,
        words=words,
        answered_on=answered_on,
        client_id=client_id,
        recorded_by=by,
    )
    with refusing_broken_rules(Satisfaction, field="happy_count"):
        tally.save(force_insert=True)
    return tally

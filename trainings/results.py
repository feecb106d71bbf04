"""What tests and opinions say of an edition. Only matched pairs are compared."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean
from typing import Any
from uuid import UUID

from django.core import signing
from django.db.models import Count, Q, Sum
from django.urls import reverse

from members.access import Permission, scope_of
from network.base.figures import FEWEST
from trainings.models import Edition, Enrolment, Satisfaction, TestScore

Moment = TestScore.Moment
OPINION_SALT = "trainings.opinion"


@dataclass(frozen=True)
class Gain:
    """Of those with both scores, and of nobody else: means in percent of each test's maximum."""

    pairs: int
    before: float | None = None
    after: float | None = None

    @property
    def gain(self) -> float | None:
        return None if self.before is None or self.after is None else self.after - self.before


def paired_gain(scores: Iterable[TestScore]) -> Gain:
    by_line: dict[UUID, dict[str, float]] = defaultdict(dict)
    for score in scores:
        by_line[score.enrolment_id][score.moment] = score.percent
    pairs = [hers for hers in by_line.values() if len(hers) == len(Moment.values)]
    if not pairs:
        return Gain(0)
    return Gain(
        len(pairs),
        fmean(pair[Moment.BEFORE] for pair in pairs),
        fmean(pair[Moment.AFTER] for pair in pairs),
    )


@dataclass(frozen=True)
class GroupGain:
    name: str
    gain: Gain
    is_withheld: bool = False


def gains_of(edition: Edition, user: Any) -> list[GroupGain]:
    """Of all in her reach, and by organisation she came from. For whoever stands outside the
    network, groups of fewer than five pairs are withheld."""
    outside = scope_of(user, Permission.ROSTER_VIEW).only_shared
    reach = Enrolment.objects.visible_to(user).filter(edition=edition).on_roster()
    scores = TestScore.objects.filter(enrolment__in=reach.values("pk"))
    groups: dict[str, list[TestScore]] = defaultdict(list)
    everyone = list(scores.select_related("enrolment__organisation"))
    for score in everyone:
        groups[score.enrolment.came_from].append(score)
    rows = [GroupGain("", paired_gain(everyone))]
    rows += [GroupGain(name or "—", paired_gain(groups[name])) for name in sorted(groups)]
    return [
        GroupGain(row.name, Gain(row.gain.pairs), is_withheld=True)
        if outside and row.gain.pairs < FEWEST
        else row
        for row in rows
        if row.gain.pairs or not row.name
    ]


@dataclass(frozen=True)
class Opinion:
    """Faces counted over screens and paper, and what was written, by nobody in particular."""

    happy: int
    neutral: int
    unhappy: int
    lines: list[str]
    is_withheld: bool = False

    @property
    def total(self) -> int:
        return self.happy + self.neutral + self.unhappy


def opinion_of(edition: Edition, user: Any) -> Opinion:
    """Outside the network nothing is shown of fewer than five answers, nor what anyone wrote."""
    outside = scope_of(user, Permission.ROSTER_VIEW).only_shared
    rows = Satisfaction.objects.filter(edition=edition)
    counts = rows.aggregate(
        happy=Sum("happy_count", default=0),
        neutral=Sum("neutral_count", default=0),
        unhappy=Sum("unhappy_count", default=0),
    )
    if outside and sum(counts.values()) < FEWEST:
        return Opinion(0, 0, 0, [], is_withheld=True)
    written = rows.exclude(words="").order_by("words").values_list("words", flat=True)
    return Opinion(**counts, lines=[] if outside else list(written))


def opinion_token(edition: Edition) -> str:
    """Lets whoever holds it give an opinion about one edition, and nothing else."""
    return signing.dumps(edition.pk.hex, salt=OPINION_SALT)


def opinion_url(edition: Edition) -> str:
    return reverse("edition-opinion", args=[opinion_token(edition)])


def edition_of_token(token: str) -> Edition | None:
    try:
        pk = signing.loads(token, salt=OPINION_SALT)
    except signing.BadSignature:
        return None
    return Edition.objects.select_related("course", "district", "zone").filter(pk=pk).first()


def screen_answer_count(edition: Edition) -> dict[str, int]:
    """How many answered on a screen, and how many were there to answer."""
    answers = Satisfaction.objects.filter(edition=edition, origin=Satisfaction.Origin.SCREEN)
    return {
        "answers": answers.count(),
        "people": Enrolment.objects.filter(edition=edition)
        .on_roster()
        .aggregate(n=Count("pk", filter=Q(state__in=("invited", "confirmed", "withdrew"))))["n"],
    }

"""Tests before and after, and opinions that point at nobody."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from members.models import Purpose
from network.base.errors import Refused
from network.base.ids import new_id
from tests.factories.accounts import sign_in
from tests.factories.members import ConsentFactory
from tests.factories.trainings import EditionFactory, EnrolmentFactory, TestScoreFactory
from tests.pages import text_of
from trainings.actions.results import record_opinion, record_scores, record_tally
from trainings.models import Satisfaction, TestScore
from trainings.results import gains_of, opinion_of, opinion_url, paired_gain

pytestmark = pytest.mark.django_db
BEFORE, AFTER = "before", "after"
TWENTY = {BEFORE: Decimal(20), AFTER: Decimal(20)}


@pytest.fixture
def edition(madre_de_dios):
    return EditionFactory(regional_network=madre_de_dios)


@pytest.fixture
def line(edition):
    return EnrolmentFactory(edition=edition)


def record(edition, by, scores, maximums=TWENTY, **values_of):
    values = {key: None if s is None else Decimal(s) for key, s in scores.items()}
    return record_scores(
        edition=edition,
        scores=values,
        maximums=maximums,
        taken_on=timezone.localdate(),
        by=by,
        **values_of,
    )


def stored():
    return dict(TestScore.objects.values_list("moment", "score"))


def test_scores_are_kept_changed_and_taken_back(edition, line, coordinator):
    assert record(edition, coordinator, {(line.pk, BEFORE): 8, (line.pk, AFTER): 15}) == 2
    assert record(edition, coordinator, {(line.pk, BEFORE): 8}) == 0
    record(edition, coordinator, {(line.pk, BEFORE): None, (line.pk, AFTER): "16.5"})

    assert stored() == {AFTER: Decimal("16.50")}


def test_once_the_edition_was_closed_a_score_changes_with_a_reason(edition, line, coordinator):
    record(edition, coordinator, {(line.pk, BEFORE): 8, (line.pk, AFTER): 15})
    edition.closed_on = timezone.localdate()
    edition.save()

    with pytest.raises(Refused, match="por qué") as refusal:
        record(edition, coordinator, {(line.pk, BEFORE): None})
    record(
        edition, coordinator, {(line.pk, BEFORE): None, (line.pk, AFTER): 16}, reason="Era de Irma"
    )

    assert refusal.value.field == "reason"
    assert stored() == {AFTER: Decimal(16)}
    events = TestScore.pgh_event_model.objects.filter(correction_reason="Era de Irma")
    assert set(events.values_list("moment", "pgh_label")) == {
        (BEFORE, "update"),
        (BEFORE, "delete"),
        (AFTER, "update"),
    }


def test_a_score_above_its_maximum_is_refused_and_nothing_is_kept(edition, line, coordinator):
    with pytest.raises(Refused, match="de 0 a 20") as refusal:
        record(edition, coordinator, {(line.pk, BEFORE): 8, (line.pk, AFTER): 21})

    assert refusal.value.field == f"after-{line.pk}"
    assert stored() == {}


def test_the_database_refuses_a_score_above_its_maximum(line):
    with pytest.raises(IntegrityError), transaction.atomic():
        TestScoreFactory(enrolment=line, score=21)


def test_a_score_of_someone_outside_the_edition_is_refused(edition, coordinator):
    with pytest.raises(Refused, match="No está inscrita"):
        record(edition, coordinator, {(EnrolmentFactory().pk, AFTER): 12})


def test_only_matched_pairs_are_compared(edition):
    pair, only_after = EnrolmentFactory(edition=edition), EnrolmentFactory(edition=edition)
    TestScoreFactory(enrolment=pair, moment=BEFORE, score=8)
    TestScoreFactory(enrolment=pair, moment=AFTER, score=5, maximum=10)
    TestScoreFactory(enrolment=only_after, moment=AFTER, score=20)

    gain = paired_gain(TestScore.objects.all())

    assert (gain.pairs, gain.before, gain.after, gain.gain) == (1, 40.0, 50.0, 10.0)


def test_gains_are_of_those_in_reach_by_organisation(edition, leader, rio_claro, coordinator):
    for organisation in (rio_claro, None):
        values = {"organisation": organisation} if organisation else {}
        pair = EnrolmentFactory(edition=edition, **values)
        for moment, score in ((BEFORE, 8), (AFTER, 12)):
            TestScoreFactory(enrolment=pair, moment=moment, score=score)

    hers = {row.name: row.gain.pairs for row in gains_of(edition, leader)}
    all_of_them = gains_of(edition, coordinator)

    assert hers == {"": 1, "Río Claro": 1}
    assert all_of_them[0].gain.pairs == 2


def test_outside_the_network_few_pairs_are_withheld(edition, analyst_with_personal_data):
    pair = EnrolmentFactory(edition=edition)
    ConsentFactory(person=pair.person, purpose=Purpose.SHARE_SOLIDARIDAD)
    for moment, score in ((BEFORE, 8), (AFTER, 12)):
        TestScoreFactory(enrolment=pair, moment=moment, score=score)

    (total, *_rest) = gains_of(edition, analyst_with_personal_data)

    assert (total.is_withheld, total.gain.before) == (True, None)


# --- The page -----------------------------------------------------------------------------------
@pytest.fixture
def scores_url(client, edition, coordinator):
    sign_in(client, coordinator)
    return reverse("edition-scores", args=[edition.pk])


def typed(**values):
    today = timezone.localdate().strftime("%d/%m/%Y")
    return {"taken_on": today, "maximum_before": "20", "maximum_after": "20"} | values


def test_scores_typed_on_the_page_are_kept(client, scores_url, line):
    client.post(scores_url, typed(**{f"before-{line.pk}": "8,5", f"after-{line.pk}": "15"}))

    assert stored() == {BEFORE: Decimal("8.50"), AFTER: Decimal(15)}


def test_the_page_of_a_closed_edition_asks_why(client, scores_url, edition, line):
    edition.closed_on = timezone.localdate()
    edition.save()
    values = typed(**{f"after-{line.pk}": "15"})

    assert "escribe por qué" in text_of(client.post(scores_url, values))
    client.post(scores_url, values | {"reason": "Llegó tarde su hoja"})

    assert stored() == {AFTER: Decimal(15)}


def test_a_score_above_the_maximum_is_told_at_its_field_and_stays_typed(client, scores_url, line):
    page = client.post(scores_url, typed(**{f"after-{line.pk}": "25"})).content.decode()

    assert f'id="id_after-{line.pk}_error"' in page
    assert "El puntaje va de 0 a 20" in page
    assert 'value="25"' in page
    assert stored() == {}


def test_a_pasted_column_fills_the_lines_in_order(client, scores_url, edition):
    lines = [
        EnrolmentFactory(edition=edition, person__paternal_surname=name)
        for name in ("Apaza", "Calla")
    ]

    client.post(scores_url, typed(pasted_after="12\n17.5"))

    kept = {s.enrolment_id: s.score for s in TestScore.objects.all()}
    assert kept == {lines[0].pk: Decimal(12), lines[1].pk: Decimal("17.50")}


def test_a_pasted_column_that_is_too_long_or_no_number_is_refused(client, scores_url, line):
    long = text_of(client.post(scores_url, typed(pasted_after="12\n13\n14")))
    word = text_of(client.post(scores_url, typed(pasted_after="doce")))

    assert "La columna tiene 3 líneas y la lista 1." in long
    assert "Escribe un número" in word
    assert stored() == {}


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_the_same_queries_for_any_roster(
    client, edition, coordinator, count, django_assert_num_queries
):
    for _each in range(count):
        TestScoreFactory(enrolment=EnrolmentFactory(edition=edition))
    sign_in(client, coordinator)

    with django_assert_num_queries(PAGE_QUERIES):
        client.get(reverse("edition-results", args=[edition.pk]))


PAGE_QUERIES = 17


# --- Opinions -----------------------------------------------------------------------------------
def answer(edition, face="happy", words="", pk=None):
    return record_opinion(edition=edition, face=face, words=words, client_id=pk or new_id())


def test_the_same_answer_sent_twice_is_one(edition, line):
    pk = new_id()

    answer(edition, pk=pk)
    answer(edition, pk=pk)

    assert Satisfaction.objects.get().happy_count == 1


def test_answers_end_some_days_after_the_edition(edition):
    edition.starts_on = edition.ends_on = timezone.localdate() - timedelta(days=31)
    edition.save()

    with pytest.raises(Refused, match="no recibe opiniones"):
        answer(edition)


def test_the_address_cannot_be_used_to_flood(edition):
    for _each in range(20):
        answer(edition)

    with pytest.raises(Refused, match="más respuestas que personas"):
        answer(edition)


def test_the_page_of_a_device_leaves_no_cookie_and_says_nothing_of_anyone(edition, line):
    visitor = Client(enforce_csrf_checks=True)
    address = opinion_url(edition)
    page = visitor.get(address)
    data = {"face": "unhappy", "words": "Más práctica", "client_id": str(new_id())}

    done = visitor.post(address, data, follow=True)

    assert visitor.cookies == {}
    assert line.person.paternal_surname not in text_of(page)
    assert "Tu respuesta no lleva tu nombre" in text_of(done)
    kept = Satisfaction.objects.get()
    assert (kept.unhappy_count, kept.words, kept.recorded_by, kept.origin) == (
        1,
        "Más práctica",
        None,
        "screen",
    )


def test_a_token_that_was_changed_opens_nothing(edition, client):
    assert client.get(opinion_url(edition)[:-2] + "x/").status_code == 404


def test_without_a_face_it_is_asked_for(edition, client):
    page = client.post(opinion_url(edition), {"client_id": str(new_id())})

    assert "Elige una cara." in text_of(page)
    assert not Satisfaction.objects.exists()


def test_a_tally_of_paper_is_kept_once(client, edition, coordinator):
    address = reverse("edition-tally", args=[edition.pk])
    data = {
        "happy_count": 12,
        "neutral_count": 3,
        "unhappy_count": 1,
        "words": "",
        "answered_on": timezone.localdate().strftime("%d/%m/%Y"),
        "client_id": str(new_id()),
    }
    sign_in(client, coordinator)
    client.post(address, data)
    client.post(address, data)

    assert opinion_of(edition, coordinator).total == 16


def test_an_empty_tally_is_refused_in_words(edition, coordinator):
    with pytest.raises(Refused, match="al menos una cara"):
        record_tally(
            edition=edition,
            happy_count=0,
            neutral_count=0,
            unhappy_count=0,
            words="",
            answered_on=timezone.localdate(),
            client_id=new_id(),
            by=coordinator,
        )


def test_fewer_than_five_answers_are_never_shown_outside(
    edition, coordinator, analyst_with_personal_data
):
    for _each in range(4):
        answer(edition, words="Bien")

    outside = opinion_of(edition, analyst_with_personal_data)
    assert (outside.is_withheld, outside.total, outside.lines) == (True, 0, [])
    assert opinion_of(edition, coordinator).total == 4

    answer(edition, words="Bien")
    outside = opinion_of(edition, analyst_with_personal_data)
    assert (outside.total, outside.lines) == (5, [])


def test_an_opinion_keeps_no_time_that_could_tell_who_gave_it(client, edition):
    client.post(opinion_url(edition), {"face": "happy", "words": "Bien", "client_id": str(uuid4())})

    answer = Satisfaction.objects.get()
    assert (answer.pk.version, answer.client_id.version) == (4, 4)
    assert not hasattr(Satisfaction, "pgh_event_model")
    offered = client.get(opinion_url(edition)).context["form"]["client_id"].value()
    assert UUID(str(offered)).version == 4

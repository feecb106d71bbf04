"""Pages of editions and sessions, the page trainings begin from, turns of the start page."""

from datetime import time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from members.access import Role
from network.base.ids import new_id
from network.partners.models import Institution, Programme
from tests.factories.members import MembershipFactory, PersonFactory
from tests.factories.trainings import (
    AttendanceFactory,
    CompletionFactory,
    CourseFactory,
    CourseVersionFactory,
    EditionFactory,
    EditionTrainerFactory,
    EnrolmentFactory,
    SessionFactory,
)
from tests.trainings.clients import file_rows, sign_in
from trainings.models import Edition, EditionFunding, Session
from trainings.turns import TURNS

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def edition(madre_de_dios):
    version = CourseVersionFactory(course=CourseFactory(name="Trabajo seguro sin mercurio"))
    return EditionFactory(
        version=version, number=5, regional_network=madre_de_dios, venue="Laberinto"
    )


def planned(version, network, **more):
    return {
        "id": new_id(),
        "version": version.pk,
        "regional_network": network.pk if network else "",
        "starts_on": "21/10/2026",
        "ends_on": "09/12/2026",
        "modality": "in_person",
        "audience": "women",
        **more,
    }


# --- Editions -----------------------------------------------------------------------------------
def test_a_coordinator_plans_an_edition_of_her_region_only(
    client, coordinator, madre_de_dios, puno
):
    version, address = CourseVersionFactory(), reverse("edition-add")
    signed_in = sign_in(client, coordinator)

    elsewhere = signed_in.post(address, planned(version, puno))
    national = signed_in.post(address, planned(version, None))
    signed_in.post(address, planned(version, madre_de_dios, seats="20", venue="Local comunal"))

    assert elsewhere.status_code == national.status_code == 200
    assert list(Edition.objects.values_list("regional_network", "seats", "number")) == [
        (madre_de_dios.pk, 20, 1)
    ]


def test_an_edition_planned_backwards_keeps_what_was_typed(client, national):
    version = CourseVersionFactory()
    data = planned(version, None, starts_on="09/12/2026", ends_on="21/10/2026", venue="Escuela")

    page = sign_in(client, national).post(reverse("edition-add"), data).content.decode()

    assert "La edición no puede terminar antes de empezar." in page
    assert 'value="Escuela"' in page


def test_a_refused_correction_is_said_at_its_field(client, coordinator, edition, madre_de_dios):
    SessionFactory(edition=edition)
    data = planned(edition.version, madre_de_dios, starts_on="01/01/2030", ends_on="02/01/2030")

    answer = sign_in(client, coordinator).post(reverse("edition-edit", args=[edition.pk]), data)

    assert "quedaría fuera de la edición" in answer.context["form"].errors["starts_on"][0]


def test_the_head_says_when_how_long_who_pays_and_who_teaches(client, trainer, edition):
    Edition.objects.filter(pk=edition.pk).update(starts_on="2026-10-21", ends_on="2026-12-09")
    for number, day in enumerate(("2026-10-21", "2026-10-28", "2026-11-25", "2026-12-09")):
        SessionFactory(edition=edition, held_on=day, planned_hours=3, topic=f"Tema {number}")
    SessionFactory(
        edition=edition, held_on="2026-12-01", cancelled_at=timezone.now(), cancel_reason="Lluvia"
    )
    programme = Programme.objects.create(name="Generaciones", code="GEN")
    EditionFunding.objects.create(edition=edition, programme=programme, share=100)
    zenobia = PersonFactory(given_names="Zenobia", paternal_surname="Lazo", maternal_surname="")
    EditionTrainerFactory(edition=edition, person=zenobia)

    answer = sign_in(client, trainer).get(reverse("edition-detail", args=[edition.pk]))

    assert answer.context["title"] == "Edición 5: Laberinto"
    assert answer.context["lead"] == (
        "Del 21 de octubre al 9 de diciembre de 2026 · 12 horas · 4 sesiones"
        " · paga Generaciones · formadora: Zenobia Lazo"
    )


@pytest.mark.parametrize("role", [Role.ANALYST, Role.AUDITOR])
def test_who_reads_no_lists_reads_how_many_taught_and_no_name(client, edition, make_account, role):
    zenobia = PersonFactory(given_names="Zenobia", paternal_surname="Lazo")
    EditionTrainerFactory(edition=edition, person=zenobia)
    SessionFactory(edition=edition, trainer=zenobia)

    page = sign_in(client, make_account(role)).get(reverse("edition-detail", args=[edition.pk]))

    text = page.content.decode()
    assert page.context["lead"].endswith(" · 1 formadora")
    assert ("Zenobia" in text, "1 formadora. Su nombre" in text) == (False, True)


def test_a_trainer_off_the_record_is_not_named(client, trainer, edition):
    gone = PersonFactory(given_names="Zenobia", withdrawn_at=timezone.now())
    EditionTrainerFactory(edition=edition, person=gone)

    page = sign_in(client, trainer).get(reverse("edition-detail", args=[edition.pk]))

    assert "Zenobia" not in page.content.decode()


def test_whoever_does_not_run_an_edition_sees_it_and_no_way_to_change_it(
    client, edition, coordinator, other_region_coordinator
):
    SessionFactory(edition=edition)
    page = reverse("edition-detail", args=[edition.pk])
    change = reverse("edition-edit", args=[edition.pk])

    assert change in sign_in(client, coordinator).get(page).content.decode()
    shown = sign_in(client, other_region_coordinator).get(page)
    assert (shown.status_code, change in shown.content.decode()) == (200, False)


def test_the_history_of_an_edition_is_told_to_those_who_may_read_it(
    client, edition, coordinator, trainer
):
    page = reverse("edition-detail", args=[edition.pk])
    sign_in(client, coordinator).post(
        reverse("edition-cancel", args=[edition.pk]), {"reason": "Lluvias"}
    )

    SessionFactory(edition=edition)
    shown = client.get(page).content.decode()
    assert "Historia de esta edición" in shown
    assert "Agregó sesión: 9:00" in shown
    assert sign_in(client, trainer).get(page).context["history"] == []


@pytest.mark.parametrize("count", [1, 3])
def test_an_edition_costs_the_same_for_one_row_or_three(
    count, client, edition, coordinator, django_assert_num_queries
):
    for number in range(count):
        row = EditionTrainerFactory(edition=edition)
        SessionFactory(
            edition=edition, trainer=row.person, starts_at=time(8 + number),
            ends_at=time(9 + number), planned_hours=1,
        )  # fmt: skip
        programme = Programme.objects.create(name=f"P{number}", code=f"P{number}")
        EditionFunding.objects.create(edition=edition, programme=programme, share=10)
    signed_in, address = sign_in(client, coordinator), reverse("edition-detail", args=[edition.pk])
    signed_in.get(address)

    with django_assert_num_queries(29):
        signed_in.get(address)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_editions_costs_the_same_for_one_or_three(
    count, client, analyst, django_assert_num_queries
):
    EditionFactory.create_batch(count)
    signed_in = sign_in(client, analyst)
    signed_in.get(reverse("edition-list"))

    with django_assert_num_queries(5):
        answer = signed_in.get(reverse("edition-list"))

    assert answer.context["listing"].total == count


def test_the_list_of_editions_is_filtered_and_its_file_says_the_same(
    client, analyst, edition, puno
):
    EditionFactory(regional_network=puno)
    EditionFactory(
        version=edition.version, number=6, starts_on=TODAY + timedelta(days=9), opened_on=TODAY
    )
    programme = Programme.objects.create(name="Generaciones", code="GEN")
    EditionFunding.objects.create(edition=edition, programme=programme, share=100)
    EnrolmentFactory(edition=edition)
    SessionFactory(edition=edition)
    signed_in = sign_in(client, analyst)

    def numbers(query):
        listing = signed_in.get(f"{reverse('edition-list')}?{query}").context["listing"]
        return {row.key for row in listing.rows}

    for query in (
        f"programa={programme.pk}",
        f"red={edition.regional_network_id}",
        f"curso={edition.course_id}&estado=running",
        "q=laberinto",
    ):
        assert numbers(query) == {edition.pk}, query
    assert numbers("estado=open") != {edition.pk}
    assert len(numbers("tema=safety")) == len(numbers(f"anio={TODAY.year}")) == 3
    headings, *rows = file_rows(analyst, "editions", f"programa={programme.pk}")
    told = [dict(zip(headings, row, strict=True)) for row in rows]
    assert [(row["Estado"], row["Inscritas"], float(row["Horas"])) for row in told] == [
        ("En marcha", "1", 4.0)
    ]


# --- Its life and its parts ---------------------------------------------------------------------
def test_an_edition_is_opened_closed_and_reopened_from_its_page(client, coordinator, edition):
    session = SessionFactory(edition=edition, topic="Mercurio")
    signed_in = sign_in(client, coordinator)

    def act(name, **data):
        return signed_in.post(reverse(f"edition-{name}", args=[edition.pk]), data)

    act("open")
    refused = act("close")
    act("close", despite_unmarked="on")
    edition.refresh_from_db()
    assert (edition.opened_on, edition.closed_on) == (TODAY, TODAY)
    assert f"Faltan marcas en: {session.held_on:%d/%m/%Y} (Mercurio)" in refused.content.decode()

    act("reopen")
    edition.refresh_from_db()
    assert edition.closed_on is None


def test_closing_a_marked_edition_asks_nothing(client, coordinator, edition):
    AttendanceFactory(session=SessionFactory(edition=edition))
    address = reverse("edition-close", args=[edition.pk])
    signed_in = sign_in(client, coordinator)

    assert "despite_unmarked" not in signed_in.get(address).content.decode()
    signed_in.post(address)

    edition.refresh_from_db()
    assert edition.closed_on == TODAY


def test_cancelling_says_who_has_to_be_told(client, coordinator, edition):
    EnrolmentFactory(edition=edition)

    page = sign_in(client, coordinator).get(reverse("edition-cancel", args=[edition.pk]))

    assert page.context["effects"] == ["1 mujer tiene su cupo: hay que avisarle."]


def test_a_trainer_is_found_by_typing_her_name_within_reach(
    client, coordinator, edition, rio_claro, flor_de_cuarzo
):
    near = MembershipFactory(
        person=PersonFactory(given_names="Zenobia", paternal_surname="Lazo"), organisation=rio_claro
    ).person
    MembershipFactory(
        person=PersonFactory(given_names="Olga", paternal_surname="Puma"),
        organisation=flor_de_cuarzo,
    )
    address = reverse("edition-trainers", args=[edition.pk])
    signed_in = sign_in(client, coordinator)

    far = signed_in.post(address, {"person": "Puma Olga", "part": "lead"})
    signed_in.post(address, {"person": "lazo zenobia", "part": "lead"})

    assert "No hay ninguna socia con ese nombre" in far.content.decode()
    assert [row.person for row in edition.trainers.all()] == [near]
    signed_in.post(address, {"quitar": edition.trainers.get().pk})
    assert edition.trainers.count() == 0


def test_parts_are_added_and_refused_at_their_field(client, coordinator, edition, rio_claro):
    programme = Programme.objects.create(name="Generaciones", code="GEN")
    other = Programme.objects.create(name="Unión Europea", code="UE")
    ong = Institution.objects.create(name="Solidaridad", kind="ngo")
    signed_in = sign_in(client, coordinator)

    def add(name, **data):
        return signed_in.post(reverse(f"edition-{name}", args=[edition.pk]), data)

    add("funding", programme=programme.pk, share="60")
    refused = add("funding", programme=other.pk, share="50")
    add("institutions", institution=ong.pk, is_lead="on")
    add("quotas", organisation=rio_claro.pk, seats="4")
    nobody = add("quotas", seats="4")

    assert refused.context["form"].errors["share"] == [
        "Las partes no pasan de 100 %: las demás ya suman 60 %."
    ]
    assert "Elige una organización o una red regional." in nobody.content.decode()
    assert [str(quota) for quota in edition.quotas.all()] == ["Río Claro: 4"]
    assert edition.institutions.get().is_lead


def test_a_key_that_is_none_takes_nothing_off(client, coordinator, edition):
    address = reverse("edition-trainers", args=[edition.pk])

    assert sign_in(client, coordinator).post(address, {"quitar": "x"}).status_code == 404


# --- Sessions -----------------------------------------------------------------------------------
def times(edition, **more):
    return {
        "id": new_id(),
        "held_on": f"{edition.starts_on:%d/%m/%Y}",
        "starts_at": "9:00",
        "ends_at": "13:00",
        "planned_hours": "4",
        **more,
    }


def test_sessions_are_added_one_by_one_or_several_at_once(client, coordinator, edition):
    signed_in = sign_in(client, coordinator)
    several = times(
        edition, starts_at="14", ends_at="16.00", planned_hours="2", count="2", every="7",
        second_starts_at="17:00", second_ends_at="19:00",
    )  # fmt: skip

    signed_in.post(reverse("session-add", args=[edition.pk]), times(edition, topic="Mercurio"))
    signed_in.post(reverse("session-add-many", args=[edition.pk]), several)

    assert list(edition.sessions.in_order().values_list("starts_at", "planned_hours")) == [
        (time(9), 4),
        (time(14), 2),
        (time(17), 2),
        (time(14), 2),
        (time(17), 2),
    ]


@pytest.mark.parametrize(
    ("more", "field", "words"),
    [
        ({"ends_at": "8:00"}, "ends_at", "no puede terminar antes de empezar"),
        ({"planned_hours": "5"}, "planned_hours", "no pasan de lo que dura"),
        ({"held_on": "01/01/2030"}, "held_on", "queda fuera"),
        ({"starts_at": "nueve"}, "starts_at", "Escribe la hora así"),
    ],
)
def test_a_refused_session_says_it_at_its_field(more, field, words, client, coordinator, edition):
    address = reverse("session-add", args=[edition.pk])

    answer = sign_in(client, coordinator).post(address, times(edition, **more))

    assert words in answer.context["form"].errors[field][0]
    assert Session.objects.count() == 0


@pytest.mark.parametrize("day", ["31/02/2026", "1970", "00/00/0000", "mañana", "21-13-2026"])
def test_a_bad_date_is_an_error_and_never_1970(day, client, national):
    """Trap: bad date → 1970. Nothing is stored, the words stay, and no list is narrowed by it."""
    signed_in, data = sign_in(client, national), planned(CourseVersionFactory(), None)

    answer = signed_in.post(reverse("edition-add"), data | {"starts_on": day})
    listed = signed_in.get(reverse("attendance-list"), {"desde": day})

    assert answer.context["form"].errors["starts_on"]
    assert f'value="{day}"' in answer.content.decode()
    assert Edition.objects.count() == 0
    assert listed.context["listing"].filter_form.errors["desde"]


def test_a_second_session_needs_both_its_hours(client, coordinator, edition):
    data = times(edition, count="2", every="7", second_starts_at="14:00")
    address = reverse("session-add-many", args=[edition.pk])

    answer = sign_in(client, coordinator).post(address, data)

    assert "second_ends_at" in answer.context["form"].errors


def test_a_session_is_moved_with_its_marks_when_told_so(client, coordinator, edition):
    edition.starts_on = edition.ends_on = TODAY
    edition.starts_on -= timedelta(days=3)
    edition.save()
    session = AttendanceFactory(session=SessionFactory(edition=edition)).session
    address = reverse("session-move", args=[session.pk])
    data = times(edition, held_on=f"{edition.ends_on:%d/%m/%Y}")
    signed_in = sign_in(client, coordinator)

    asked = signed_in.post(address, data)
    signed_in.post(address, {**data, "with_marks": "keep"})

    assert "Ya tiene 1 marca." in asked.context["form"].errors["with_marks"][0]
    session.refresh_from_db()
    assert session.held_on == edition.ends_on


def test_cancelling_a_session_shows_first_what_falls(client, coordinator, edition):
    sessions = [
        SessionFactory(edition=edition, held_on=day) for day in (edition.starts_on, edition.ends_on)
    ]
    AttendanceFactory(session=sessions[0])
    address = reverse("session-cancel", args=[sessions[0].pk])
    signed_in = sign_in(client, coordinator)

    page = signed_in.get(address)
    signed_in.post(address, {"reason": "Lluvias"})

    assert page.context["effects"] == [
        "Las horas previstas bajan de 8 horas a 4 horas.",
        "Para completar harán falta 3.2 horas en vez de 6.4 horas.",
        "Su 1 marca queda anotada y deja de contar.",
    ]
    sessions[0].refresh_from_db()
    assert sessions[0].cancel_reason == "Lluvias"


def test_a_session_is_corrected_with_a_trainer_of_the_edition(client, coordinator, edition):
    session = SessionFactory(edition=edition)
    row, stranger = EditionTrainerFactory(edition=edition), PersonFactory()
    address = reverse("session-edit", args=[session.pk])
    signed_in = sign_in(client, coordinator)

    refused = signed_in.post(address, {"planned_hours": "4", "trainer": stranger.pk})
    signed_in.post(address, {"planned_hours": "3", "trainer": row.person_id, "topic": "Mercurio"})

    session.refresh_from_db()
    assert "trainer" in refused.context["form"].errors
    assert (session.trainer, session.planned_hours, session.topic) == (row.person, 3, "Mercurio")


# --- Where it begins ----------------------------------------------------------------------------
def home_of(client, user):
    return sign_in(client, user).get(reverse("training-home")).context


def told(user):
    return [turn.act for declare in TURNS for turn in declare(user, TODAY)]


def test_a_trainer_sees_her_own_sessions_first(client, edition, madre_de_dios, make_account):
    teacher = make_account("trainer", regional_network=madre_de_dios, person=PersonFactory())
    SessionFactory(edition=edition, starts_at=time(7), ends_at=time(8), planned_hours=1)
    hers = SessionFactory(edition=EditionFactory(), trainer=teacher.person)
    EditionTrainerFactory(edition=hers.edition, person=teacher.person)

    sessions = home_of(client, teacher)["sessions"]

    assert [(session.pk == hers.pk, session.is_hers) for session, _url in sessions] == [
        (True, 1),
        (False, 0),
    ]


def test_sheets_not_typed_are_told_to_those_who_mark(
    client, edition, coordinator, trainer, leader, other_region_coordinator
):
    Edition.objects.filter(pk=edition.pk).update(starts_on=TODAY - timedelta(days=9))
    past = {"edition": edition, "held_on": TODAY - timedelta(days=2)}
    missing = SessionFactory(**past)
    whole = SessionFactory(**past, starts_at=time(14), ends_at=time(18))
    AttendanceFactory(session=whole)
    SessionFactory(
        **past,
        starts_at=time(19),
        ends_at=time(23),
        cancelled_at=timezone.now(),
        cancel_reason="Lluvia",
    )
    SessionFactory(edition=edition)

    for user in (coordinator, trainer):
        assert [session for session, _url in home_of(client, user)["sheets"]] == [missing]
        assert len(told(user)) == 1
    for user in (leader, other_region_coordinator):
        assert home_of(client, user)["sheets"] == []
        assert told(user) == []


def test_who_has_not_confirmed_is_told_as_far_as_each_reaches(
    client, edition, coordinator, leader, trainer, rio_claro, piedra_viva
):
    for organisation, state in ((rio_claro, "invited"), (piedra_viva, "invited"),
                                (rio_claro, "confirmed")):  # fmt: skip
        EnrolmentFactory(edition=edition, organisation=organisation, state=state)

    counted = [
        [edition.unconfirmed_count for edition in home_of(client, user)["unconfirmed"]]
        for user in (coordinator, leader, trainer)
    ]

    assert counted == [[2], [1], []]
    assert told(leader) == ["Preguntar a 1 invitada si va"]


def test_results_to_approve_are_of_editions_that_ended(client, edition, coordinator, trainer):
    ended = EditionFactory(
        regional_network=edition.regional_network, starts_on=TODAY - timedelta(days=30)
    )
    EnrolmentFactory(edition=ended)
    CompletionFactory(enrolment=EnrolmentFactory(edition=ended))
    EnrolmentFactory(edition=edition)

    assert [
        (row, row.undecided_count) for row, _url in home_of(client, coordinator)["to_approve"]
    ] == [(ended, 1)]
    page = reverse("edition-completion", args=[ended.pk])
    assert [url for _row, url in home_of(client, coordinator)["to_approve"]] == [page]
    assert page in {turn.url for declare in TURNS for turn in declare(coordinator, TODAY)}
    assert home_of(client, trainer)["to_approve"] == []
    assert told(coordinator) == ["Aprobar quién completó: falta 1"]


def test_links_lead_only_to_pages_that_exist(client, national):
    urls = [url for _label, url in home_of(client, national)["ways"]]

    assert reverse("edition-list") in urls
    for url in urls:
        assert client.get(url).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_trainings_begin_from_costs_the_same_for_one_or_three(
    count, client, coordinator, madre_de_dios, django_assert_num_queries
):
    for _number in range(count):
        edition = EditionFactory(regional_network=madre_de_dios, starts_on=TODAY)
        SessionFactory(edition=edition)
        EnrolmentFactory(edition=edition, state="invited")
        EditionFactory(regional_network=madre_de_dios, starts_on=TODAY + timedelta(days=5))
        past = EditionFactory(regional_network=madre_de_dios, starts_on=TODAY - timedelta(days=30))
        SessionFactory(edition=past)
        EnrolmentFactory(edition=past)
    signed_in, address = sign_in(client, coordinator), reverse("training-home")
    signed_in.get(address)

    with django_assert_num_queries(9):
        signed_in.get(address)

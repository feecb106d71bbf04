"""Consents: the ledger, what a decision changes at once, who must decide, and what is kept."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection
from django.utils import timezone

from members.actions import consents as actions
from members.actions.consents import Decided, load_notices, record_consent, record_consents
from members.consents import (
    coverage,
    decisions_of,
    ledger_of,
    minor_note,
    needs_guardian,
    never_asked,
    notice_for,
    notice_sections,
)
from members.models import Consent, Person, PrivacyNotice, Purpose, SensitiveFacts
from network.base.errors import Refused
from tests.factories.members import (
    ConsentFactory,
    MembershipFactory,
    PersonFactory,
    PrivacyNoticeFactory,
)

DAY = date(2026, 11, 20)


def decided(purpose=Purpose.REGISTRY, is_granted=True, channel="paper", on=DAY, **more):
    return Decided(purpose, is_granted, channel, on, **more)


# --- The ledger ---------------------------------------------------------------------------------
def test_newest_decision_counts_and_none_is_lost(felicitas, national):
    for day, is_granted in ((DAY, True), (DAY + timedelta(days=1), False)):
        record_consent(
            person=felicitas,
            decided=decided(Purpose.WHATSAPP, is_granted=is_granted, on=day),
            by=national,
        )

    rows = ledger_of(felicitas, Purpose.WHATSAPP)
    assert [(c.is_granted, c.superseded_at is None) for c in rows] == [
        (False, True),
        (True, False),
    ]
    assert felicitas not in Person.objects.agreed_to("whatsapp")


def test_older_paper_found_later_does_not_count(felicitas, national):
    record_consent(person=felicitas, decided=decided(Purpose.SMS, is_granted=False), by=national)
    record_consent(
        person=felicitas, decided=decided(Purpose.SMS, on=DAY - timedelta(days=9)), by=national
    )

    assert felicitas not in Person.objects.agreed_to("sms")
    assert felicitas.consents.count() == 2


def test_same_decision_again_changes_nothing(felicitas, national):
    first = record_consent(person=felicitas, decided=decided(), by=national)
    again = record_consent(person=felicitas, decided=decided(), by=national)

    assert again == first
    assert felicitas.consents.count() == 1


def test_two_current_decisions_for_one_purpose_are_refused(felicitas):
    ConsentFactory(person=felicitas)

    with pytest.raises(IntegrityError, match="members_consent_current"):
        ConsentFactory(person=felicitas, is_granted=False)


def test_panel_tells_yes_no_and_never_asked(felicitas, django_assert_num_queries):
    ConsentFactory(person=felicitas, purpose="registry")
    ConsentFactory(person=felicitas, purpose="testimony", is_granted=False)

    with django_assert_num_queries(1):
        told = {d.purpose.value: (d.state, d.label) for d in decisions_of(felicitas)}

    assert told["registry"] == ("done", "Sí")
    assert told["testimony"] == ("none", "No")
    assert told["sms"] == ("none", "Sin preguntar")
    assert list(told) == Purpose.values


# --- What may stand -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("channel", "is_granted", "is_kept"),
    [
        ("paper", True, True),
        ("fingerprint", True, True),
        ("web", True, True),
        ("witnessed", True, False),
        ("phone", True, False),
        ("imported", True, False),
        ("phone", False, True),
        ("witnessed", False, True),
    ],
)
def test_sensitive_consent_is_written(felicitas, national, channel, is_granted, is_kept):
    decision = decided(
        Purpose.SENSITIVE, is_granted=is_granted, channel=channel, witness="Su hermana"
    )

    if is_kept:
        record_consent(person=felicitas, decided=decision, by=national)
    else:
        with pytest.raises(Refused, match="la ley pide su firma o su huella") as refusal:
            record_consent(person=felicitas, decided=decision, by=national)
        assert refusal.value.field == "channel"
    assert felicitas.consents.exists() == is_kept


def test_database_refuses_sensitive_consent_by_phone(felicitas):
    with pytest.raises(IntegrityError, match="members_consent_sensitive_written"):
        ConsentFactory(person=felicitas, purpose="sensitive", channel="phone")


def test_witnessed_consent_names_the_witness(felicitas, national):
    with pytest.raises(Refused, match="quién fue testigo") as refusal:
        record_consent(person=felicitas, decided=decided(channel="witnessed"), by=national)
    assert refusal.value.field == "witness"

    with pytest.raises(IntegrityError, match="members_consent_witness"):
        ConsentFactory(person=felicitas, channel="witnessed")


def test_decision_of_tomorrow_is_refused(felicitas, national):
    tomorrow = timezone.localdate() + timedelta(days=1)

    with pytest.raises(Refused, match="todavía no llega"):
        record_consent(person=felicitas, decided=decided(on=tomorrow), by=national)


# --- Girls --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("born_on", "precision", "guardian", "note"),
    [
        (None, "d", False, ""),
        (date(2000, 1, 1), "d", False, ""),
        (date(2012, 11, 20), "d", False, "Tiene de 14 a 17 años"),
        (date(2012, 11, 21), "d", True, "Tiene menos de 14 años"),
        (date(2012, 1, 1), "y", True, "Tiene menos de 14 años"),
        (date(2011, 1, 1), "y", False, "Tiene de 14 a 17 años"),
        (date(2008, 11, 20), "d", False, ""),
        (date(2008, 11, 21), "d", False, "Tiene de 14 a 17 años"),
    ],
)
def test_who_decides_follows_from_her_age_that_day(born_on, precision, guardian, note):
    girl = Person(born_on=born_on, born_precision=precision)

    assert needs_guardian(girl, DAY) is guardian
    assert minor_note(girl, DAY).startswith(note)
    assert bool(minor_note(girl, DAY)) is bool(note)


def test_girl_under_14_needs_her_guardian_to_agree(national):
    girl = PersonFactory(born_on=DAY - timedelta(days=12 * 365))

    with pytest.raises(Refused, match="menos de 14 años") as refusal:
        record_consent(person=girl, decided=decided(), by=national)
    assert refusal.value.field == "guardian"

    record_consent(person=girl, decided=decided(guardian="Su madre, Irma"), by=national)
    assert girl.consents.get().guardian == "Su madre, Irma"


def test_nobody_is_needed_to_say_no_for_a_girl(national):
    girl = PersonFactory(born_on=DAY - timedelta(days=12 * 365))

    record_consent(person=girl, decided=decided(is_granted=False), by=national)

    assert not girl.consents.get().is_granted


# --- What a decision changes at once ------------------------------------------------------------
def test_withdrawn_from_the_registry_she_leaves_every_list_at_once(
    felicitas, rio_claro, national, coordinator
):
    record_consent(person=felicitas, decided=decided(), by=national)
    record_consent(person=felicitas, decided=decided(is_granted=False), by=coordinator)

    assert felicitas not in Person.objects.visible_to(national)
    assert felicitas not in Person.objects.on_record().members_of(rio_claro.pk)
    assert felicitas in Person.objects.withdrawn_visible_to(national)
    assert felicitas not in Person.objects.withdrawn_visible_to(coordinator)


def test_she_comes_back_when_she_agrees_again(felicitas, national):
    record_consent(person=felicitas, decided=decided(is_granted=False), by=national)
    record_consent(person=felicitas, decided=decided(on=DAY + timedelta(days=1)), by=national)

    assert felicitas in Person.objects.visible_to(national)
    assert felicitas not in Person.objects.withdrawn_visible_to(national)


def test_older_withdrawal_found_later_does_not_take_her_out(felicitas, national):
    record_consent(person=felicitas, decided=decided(), by=national)
    record_consent(
        person=felicitas,
        decided=decided(is_granted=False, on=DAY - timedelta(days=30)),
        by=national,
    )

    assert felicitas in Person.objects.visible_to(national)


@pytest.mark.parametrize("purpose", Purpose.values)
def test_only_what_she_withdraws_stops(felicitas, national, purpose):
    for asked in Purpose.values:
        record_consent(person=felicitas, decided=decided(asked), by=national)

    record_consent(
        person=felicitas,
        decided=decided(purpose, is_granted=False, on=DAY + timedelta(days=1)),
        by=national,
    )

    agreed = {p for p in Purpose.values if felicitas in Person.objects.agreed_to(p)}
    assert agreed == set(Purpose.values) - {purpose}
    assert Person.objects.visible_to(national).exists() is (purpose != "registry")


def test_solidaridad_stops_seeing_her_at_once(felicitas, national, analyst_with_personal_data):
    seen = Person.objects.visible_to(analyst_with_personal_data)
    record_consent(person=felicitas, decided=decided(Purpose.SHARE_SOLIDARIDAD), by=national)
    assert list(seen) == [felicitas]

    record_consent(
        person=felicitas,
        decided=decided(Purpose.SHARE_SOLIDARIDAD, is_granted=False),
        by=national,
    )
    assert list(seen.all()) == []


def test_sensitive_facts_are_erased_and_history_never_held_them(felicitas, national):
    record_consent(person=felicitas, decided=decided(Purpose.SENSITIVE), by=national)
    facts = SensitiveFacts.objects.create(
        person=felicitas, ethnicity="quechua", disability="Baja visión", schooling="primary"
    )
    facts.disability = "Sordera leve"
    facts.save()

    record_consent(
        person=felicitas, decided=decided(Purpose.SENSITIVE, is_granted=False), by=national
    )

    assert not SensitiveFacts.objects.exists()
    events = SensitiveFacts.pgh_event_model.objects.order_by("pgh_id")
    assert list(events.values_list("pgh_label", flat=True)) == ["insert", "update", "delete"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(e::text, ' ') FROM members_sensitivefactsevent e")
        kept = cursor.fetchone()[0]
    assert str(felicitas.pk) in kept
    assert not [word for word in ("quechua", "visión", "Sordera", "primary") if word in kept]


# --- A sheet of signatures ----------------------------------------------------------------------
def test_sheet_records_the_same_decision_for_all_but_girls(rio_claro, national):
    women = [
        MembershipFactory(organisation=rio_claro, person=PersonFactory(given_names=name)).person
        for name in ("Nélida", "Yolanda")
    ]
    girl = MembershipFactory(
        organisation=rio_claro, person=PersonFactory(born_on=DAY - timedelta(days=12 * 365))
    ).person

    written, left_out = record_consents(
        organisation=rio_claro,
        people=[*women, girl],
        decided=decided(Purpose.WHATSAPP),
        by=national,
    )

    assert {c.person for c in written} == set(women)
    assert left_out == [girl]
    assert set(Person.objects.agreed_to("whatsapp")) == set(women)


def test_sheet_is_kept_whole_or_not_at_all(rio_claro, felicitas, national):
    other = PersonFactory()

    with pytest.raises(Refused):
        record_consents(
            organisation=rio_claro,
            people=[felicitas, other],
            decided=decided(channel="witnessed"),
            by=national,
        )

    assert not Consent.objects.exists()


# --- Who was never asked ------------------------------------------------------------------------
def test_coverage_adds_up_and_stays_in_reach(felicitas, flor_de_cuarzo, coordinator):
    ConsentFactory(person=felicitas, purpose="whatsapp")
    ConsentFactory(person=felicitas, purpose="sms", is_granted=False)
    there = MembershipFactory(organisation=flor_de_cuarzo).person
    ConsentFactory(person=there, purpose="whatsapp")
    seen = Person.objects.visible_to(coordinator)

    rows = {r["purpose"].value: (r["yes"], r["no"], r["unasked"]) for r in coverage(seen)}

    assert rows["whatsapp"] == (1, 0, 0)
    assert rows["sms"] == (0, 1, 0)
    assert rows["email"] == (0, 0, 1)
    assert list(never_asked(seen, "email")) == [felicitas]
    assert list(never_asked(seen, "sms")) == []


@pytest.mark.parametrize("people", [1, 3])
def test_coverage_costs_the_same_for_any_number(national, people, django_assert_num_queries):
    for _ in range(people):
        ConsentFactory()
    seen = Person.objects.visible_to(national)

    with django_assert_num_queries(2):
        coverage(seen)


# --- The notice ---------------------------------------------------------------------------------
@pytest.mark.django_db
def test_notice_is_the_newest_of_that_day_in_her_language():
    PrivacyNoticeFactory(version="2025-1", effective_on=date(2025, 1, 1))
    spanish = PrivacyNoticeFactory(version="2026-1", effective_on=date(2026, 1, 1))
    quechua = PrivacyNoticeFactory(version="2026-1", language="qu", effective_on=date(2026, 1, 1))
    PrivacyNoticeFactory(version="2026-9", effective_on=date(2026, 12, 1))

    assert notice_for(Person(preferred_language="qu"), DAY) == quechua
    assert notice_for(Person(preferred_language="ay"), DAY) == spanish
    assert notice_for(Person(), date(2025, 6, 1)).version == "2025-1"
    assert notice_for(Person(), date(2024, 6, 1)) is None


def test_decision_keeps_the_notice_in_force_that_day(felicitas, national):
    notice = PrivacyNoticeFactory()

    assert record_consent(person=felicitas, decided=decided(), by=national).notice == notice


@pytest.mark.django_db
def test_stored_notice_is_never_rewritten():
    notice = PrivacyNoticeFactory()

    with pytest.raises(DatabaseError, match="Cannot update"):
        PrivacyNotice.objects.filter(pk=notice.pk).update(text="Otra cosa")


@pytest.mark.django_db
def test_shipped_notices_are_loaded_once():
    call_command("load_notices")
    assert load_notices() == []

    notice = PrivacyNotice.objects.get()
    assert (notice.version, notice.language, notice.effective_on) == (
        "2026-11",
        "es",
        date(2026, 11, 1),
    )
    sections = notice_sections(notice.text)
    assert len(sections) == 8
    assert all(paragraphs for _title, paragraphs in sections)


@pytest.mark.django_db
def test_changed_notice_needs_a_new_version(tmp_path: Path, monkeypatch):
    load_notices()
    text = (actions.NOTICES / "2026-11.es.txt").read_text(encoding="utf-8")
    (tmp_path / "2026-11.es.txt").write_text(f"{text}\nOtra línea.", encoding="utf-8")
    monkeypatch.setattr(actions, "NOTICES", tmp_path)

    with pytest.raises(CommandError, match="publica una versión nueva"):
        call_command("load_notices")

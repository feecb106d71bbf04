import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from members.models import Organisation, Person, Phone
from network.base.crypto import INDEX_KEY_ID, key_id_of, new_key
from network.base.fields import index_of, index_value, open_value, seal_value
from network.base.grants import as_owner
from network.base.keyring import (
    KeysRefused,
    _store,
    ensure_keys,
    index_columns,
    key_problems,
    sealed_columns,
)
from network.base.models import SealKey

FIRST, SECOND = new_key(), new_key()

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _first_key(settings):
    settings.DATA_KEYS = f"k1:{FIRST}"
    settings.INDEX_KEY = FIRST
    ensure_keys()


def register(number):
    row = Person(given_names="Ñusta", paternal_surname="Ccopa", document_kind="dni")
    row.document_sealed = seal_value(row, "document_sealed", number)
    row.document_index = index_value(row, "document_index", number)
    row.save()
    phone = Phone(person=row, number_tail="720", is_primary=True)
    phone.number_sealed = seal_value(phone, "number_sealed", "+51951000720")
    phone.number_index = index_value(phone, "number_index", "+51951000720")
    phone.save()
    return row


def rotate(*options):
    out = StringIO()
    call_command("rotate_keys", "--json", *options, stdout=out)
    return json.loads(out.getvalue())


def changed(answer):
    return {
        f"{column['table']}.{column['column']}": column["changed"]
        for column in answer["columns"]
        if column["changed"]
    }


def kids():
    return set(SealKey.objects.values_list("kid", flat=True))


def test_every_sealed_column_and_its_history_is_found():
    assert {f"{c.table}.{c.name}" for c in sealed_columns()} >= {
        "members_person.document_sealed",
        "members_personevent.document_sealed",
        "members_phone.number_sealed",
        "members_phoneevent.number_sealed",
    }
    assert {f"{c.table}.{c.name}" for c in index_columns()} >= {
        "members_person.document_index",
        "members_personevent.document_index",
    }


def test_rotation_moves_rows_and_history_to_the_new_key(settings):
    row = register("45871236")
    settings.DATA_KEYS = f"k2:{SECOND},k1:{FIRST}"

    answer = rotate()

    settings.DATA_KEYS = f"k2:{SECOND}"
    row = Person.objects.get(pk=row.pk)
    (event,) = Person.pgh_event_model.objects.filter(pgh_obj_id=row.pk)
    assert answer["key"] == "k2"
    assert changed(answer) == {
        "members_person.document_sealed": 1,
        "members_personevent.document_sealed": 1,
        "members_phone.number_sealed": 1,
        "members_phoneevent.number_sealed": 1,
    }
    assert key_id_of(row.document_sealed) == key_id_of(event.document_sealed) == "k2"
    assert open_value(row, "document_sealed") == open_value(event, "document_sealed") == "45871236"
    assert kids() == {"k2", INDEX_KEY_ID}
    assert key_problems() == []


def test_rotation_repeated_changes_nothing(settings):
    register("45871236")
    settings.DATA_KEYS = f"k2:{SECOND},k1:{FIRST}"
    rotate()

    assert rotate()["changed"] == 0


def test_rotation_goes_on_over_several_batches(settings, monkeypatch):
    monkeypatch.setattr("network.base.keyring.BATCH_ROWS", 2)
    for number in range(5):
        register(f"4587123{number}")
    settings.DATA_KEYS = f"k2:{SECOND},k1:{FIRST}"

    answer = rotate()

    assert changed(answer)["members_person.document_sealed"] == 5
    assert changed(answer)["members_personevent.document_sealed"] == 5


def test_rotation_cut_short_is_finished_by_the_next(settings, monkeypatch):
    monkeypatch.setattr("network.base.keyring.BATCH_ROWS", 2)
    for number in range(5):
        register(f"4587123{number}")
    settings.DATA_KEYS = f"k2:{SECOND},k1:{FIRST}"
    stores = []

    def die_at_second(column, news):
        stores.append(column)
        if len(stores) == 2:
            raise KeyboardInterrupt
        return _store(column, news)

    with monkeypatch.context() as patch:
        patch.setattr("network.base.keyring._store", die_at_second)
        with pytest.raises(KeyboardInterrupt):
            rotate()
    assert kids() == {"k1", "k2", INDEX_KEY_ID}

    left = rotate()["changed"]

    assert left == 20 - 2
    assert kids() == {"k2", INDEX_KEY_ID}


def test_rotation_writes_no_history(settings):
    row = register("45871236")
    settings.DATA_KEYS = f"k2:{SECOND},k1:{FIRST}"

    rotate()

    assert Person.pgh_event_model.objects.filter(pgh_obj_id=row.pk).count() == 1


def test_cell_changed_meanwhile_is_not_overwritten():
    row = register("45871236")
    stale = bytes(seal_value(row, "document_sealed", "45871236"))
    column = next(c for c in sealed_columns() if c.table == "members_person")

    with as_owner():
        assert _store(column, {row.pk: (stale, b"otro")}) == 0

    assert open_value(Person.objects.get(pk=row.pk), "document_sealed") == "45871236"


def test_rotation_without_the_old_key_is_refused(settings):
    row = register("45871236")
    settings.DATA_KEYS = f"k2:{SECOND}"

    with pytest.raises(CommandError, match="Falta en DATA_KEYS la clave «k1»"):
        rotate()

    assert key_id_of(Person.objects.get(pk=row.pk).document_sealed) == "k1"


def test_broken_cell_is_named_and_keeps_its_key_on_record(settings):
    good, bad = register("45871236"), register("45871237")
    Person.objects.filter(pk=bad.pk).update(document_sealed=good.document_sealed)
    settings.DATA_KEYS = f"k2:{SECOND},k1:{FIRST}"

    with pytest.raises(CommandError, match=f"members_person {bad.pk}"):
        rotate()

    assert "k1" in kids()
    assert key_id_of(Person.objects.get(pk=good.pk).document_sealed) == "k2"


def test_start_with_other_bytes_under_a_known_name_is_refused(settings):
    settings.DATA_KEYS = f"k1:{SECOND}"

    with pytest.raises(KeysRefused, match="«k1» de DATA_KEYS no es la que cifró"):
        ensure_keys()


def test_start_with_another_index_key_is_refused(settings):
    settings.INDEX_KEY = SECOND

    with pytest.raises(KeysRefused, match="INDEX_KEY no es la que indexó"):
        ensure_keys()


def test_start_with_a_missing_and_a_new_key_is_refused_and_registers_nothing(settings):
    settings.DATA_KEYS = f"k2:{SECOND}"

    with pytest.raises(KeysRefused, match="«k1»"):
        ensure_keys()

    assert kids() == {"k1", INDEX_KEY_ID}


def test_start_repeated_changes_nothing():
    ensure_keys()

    assert kids() == {"k1", INDEX_KEY_ID}


def test_reindex_finds_rows_under_the_new_index_key(settings):
    row = register("45871236")
    settings.INDEX_KEY = SECOND
    wanted = index_value(row, "document_index", "45871236")
    assert not Person.objects.filter(document_index=wanted).exists()

    answer = rotate("--reindex")

    assert Person.objects.get(document_index=wanted) == row
    assert changed(answer) == {
        "members_person.document_index": 1,
        "members_personevent.document_index": 1,
        "members_phone.number_index": 1,
        "members_phoneevent.number_index": 1,
    }
    assert key_problems() == []
    assert rotate("--reindex")["changed"] == 0


def test_rotation_under_an_unknown_index_key_asks_for_reindex(settings):
    settings.INDEX_KEY = SECOND

    with pytest.raises(CommandError, match="INDEX_KEY"):
        rotate()


def test_reindex_with_a_broken_cell_keeps_the_old_proof(settings):
    good, bad = register("45871236"), register("45871237")
    Person.objects.filter(pk=bad.pk).update(document_sealed=good.document_sealed)
    settings.INDEX_KEY = SECOND

    with pytest.raises(CommandError, match=str(bad.pk)):
        rotate("--reindex")

    assert key_problems() == ["INDEX_KEY no es la que indexó los datos."]


def test_missing_index_is_filled_by_reindex():
    row = Organisation(name="Asociación de prueba")
    row.contact_phone_sealed = seal_value(row, "contact_phone_sealed", "+51951000720")
    row.save()

    rotate("--reindex")

    wanted = index_of(Organisation, "contact_phone_index", "+51951000720")
    assert Organisation.objects.get(contact_phone_index=wanted) == row


def test_rotation_says_in_words_what_it_did(settings):
    register("45871236")
    settings.DATA_KEYS = f"k2:{SECOND},k1:{FIRST}"
    out = StringIO()

    call_command("rotate_keys", stdout=out)

    lines = out.getvalue().splitlines()
    assert "members_person.document_sealed: 1" in lines
    assert lines[-1] == "Todo está bajo la clave «k2»."


def test_new_keys_are_printed_ready_for_the_environment(settings):
    out = StringIO()

    call_command("new_keys", stdout=out)

    printed = dict(line.split("=", 1) for line in out.getvalue().split())
    assert set(printed) == {"PORTAL_DATA_KEYS", "PORTAL_INDEX_KEY", "PORTAL_ISSUER_KEY"}
    settings.DATA_KEYS = f"{printed['PORTAL_DATA_KEYS']},k1:{FIRST}"
    assert key_problems() == []

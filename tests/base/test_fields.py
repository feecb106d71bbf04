import pytest
from django.core.exceptions import FieldError
from django.db import models
from django.forms import modelform_factory

from members.models import Person, Phone
from network.base.crypto import SealBroken, blind_index
from network.base.fields import (
    BlindIndexField,
    SealedField,
    index_of,
    index_value,
    open_value,
    seal_value,
)


def person(**values):
    return Person(given_names="Ñusta", paternal_surname="Ccopa", **values)


def save_with_document(number="45871236", kind="dni"):
    row = person(document_kind=kind, document_tail=number[-3:])
    row.document_sealed = seal_value(row, "document_sealed", number)
    row.document_index = index_value(row, "document_index", number)
    row.save()
    return row


@pytest.mark.django_db
def test_sealed_value_comes_back_from_the_database():
    row = Person.objects.get(pk=save_with_document().pk)

    assert open_value(row, "document_sealed") == "45871236"


@pytest.mark.django_db
def test_history_event_opens_with_the_binding_of_its_row():
    row = save_with_document()

    (event,) = Person.pgh_event_model.objects.filter(pgh_obj_id=row.pk)

    assert open_value(event, "document_sealed") == "45871236"


@pytest.mark.django_db
def test_cell_copied_to_another_row_does_not_open():
    first, second = save_with_document("45871236"), save_with_document("45871237")
    second.document_sealed = first.document_sealed

    with pytest.raises(SealBroken):
        open_value(second, "document_sealed")


@pytest.mark.parametrize("nothing", [None, ""])
def test_no_text_is_no_value(nothing):
    row = person()

    assert seal_value(row, "document_sealed", nothing) is None
    assert index_value(row, "document_index", nothing) is None
    assert open_value(row, "document_sealed") is None


@pytest.mark.django_db
def test_row_is_found_by_its_index_and_not_under_another_kind_of_document():
    row = save_with_document()
    wanted = {
        kind: index_of(Person, "document_index", "45871236", kind) for kind in ("dni", "passport")
    }

    assert list(Person.objects.filter(document_index=wanted["dni"])) == [row]
    assert list(Person.objects.filter(document_index__in=wanted.values())) == [row]
    assert not Person.objects.filter(document_index=wanted["passport"]).exists()
    assert Person.objects.get(document_index=wanted["dni"]).document_index == wanted["dni"]


def test_index_needs_the_columns_beside_it():
    with pytest.raises(TypeError, match="document_kind"):
        index_of(Person, "document_index", "45871236")


def test_columns_of_one_kind_match_each_other():
    phone = Phone._meta.get_field("number_index")

    assert phone.digest("+51951000720") == blind_index("+51951000720", kind="phone")


@pytest.mark.django_db
def test_sealed_column_can_be_asked_for_absence_and_for_nothing_else():
    without, row = person(), save_with_document()
    without.save()

    assert set(Person.objects.filter(document_sealed=None)) == {without}
    assert set(Person.objects.filter(document_sealed__isnull=False)) == {row}
    with pytest.raises(FieldError, match="blind index"):
        Person.objects.filter(document_sealed=row.document_sealed)


def test_absent_values_stay_absent_when_read():
    for field in (SealedField(), BlindIndexField(kind="x", source="y")):
        assert field.from_db_value(None, None, None) is None


def test_forms_and_admin_never_show_the_columns():
    form = modelform_factory(Person, fields="__all__")

    assert {"document_sealed", "document_index"}.isdisjoint(form.base_fields)
    assert SealedField(editable=True).formfield() is None
    assert not SealedField(editable=True).editable


@pytest.mark.parametrize(
    "field",
    [
        SealedField(null=True),
        BlindIndexField(kind="phone", source="number_sealed", unique=True),
        BlindIndexField(kind="document", source="document_sealed", beside=["document_kind"]),
    ],
)
def test_migrations_rebuild_the_same_field(field):
    _, path, args, kwargs = field.deconstruct()

    again = type(field)(*args, **kwargs)

    assert path == f"network.base.fields.{type(field).__name__}"
    assert again.deconstruct()[1:] == field.deconstruct()[1:]


def test_fields_are_bytes_to_the_database():
    assert isinstance(SealedField(), models.BinaryField)

from datetime import date, timedelta

import pytest
from django import forms
from django.forms import formset_factory
from django.utils import timezone

from network.base.dates import PartialDate, Precision
from network.base.forms import (
    DateField,
    PartialDateField,
    PhoneField,
    PortalForm,
    VerbatimField,
    tidy,
)


class WomanForm(PortalForm):
    name = forms.CharField(label="Nombres", help_text="Como figuran en su documento")
    password = forms.CharField(required=False, widget=forms.PasswordInput, strip=False)
    pasted = VerbatimField(required=False)
    notes = forms.CharField(label="Notas", required=False, widget=forms.Textarea)
    organisation = forms.ChoiceField(label="Organización", choices=[("", "—"), ("1", "Río Claro")])
    work = forms.ChoiceField(
        label="Trabajo", required=False, widget=forms.RadioSelect, choices=[("p", "Pallaquera")]
    )
    born = PartialDateField(label="Nacimiento", required=False, past=True)
    session = DateField(label="Sesión", required=False)
    phone = PhoneField(label="Teléfono", required=False)
    agrees = forms.BooleanField(label="Acepta", required=False)


def woman(**values):
    return WomanForm({"name": "Delfina", "organisation": "1", **values})


def test_text_is_tidied_before_it_is_validated():
    form = woman(name="  Feli\u0301citas\u00a0  Apaza ", notes="una  línea \r\n otra ")

    assert form.is_valid()
    assert form.cleaned_data["name"] == "Felícitas Apaza"
    assert form.cleaned_data["notes"] == "una línea\notra"


def test_passwords_and_pasted_cells_stay_as_typed():
    form = woman(password=" dos  espacios ", pasted="DNI\t 48103715 \n")

    assert form.is_valid()
    assert form.cleaned_data["password"] == " dos  espacios "
    assert form.cleaned_data["pasted"] == "DNI\t 48103715 \n"


@pytest.mark.parametrize("text", ["Del\x07fina", "Del\x00fina", "Del\tfina"])
def test_control_characters_are_refused(text):
    assert "name" in woman(name=text).errors


def test_tidying_twice_changes_nothing():
    once = tidy(" a \u00a0 b\r\n\n c ")

    assert tidy(once) == once == "a b\n\nc"


def test_each_missing_field_is_named():
    form = WomanForm({})

    assert dict(form.errors) == {
        "name": ["Falta «Nombres»."],
        "organisation": ["Elige «Organización»."],
    }


def test_dates_and_phones_come_out_normal():
    form = woman(born="marzo de 1979", session="28-11-26", phone="951 000 720")

    assert form.is_valid(), form.errors
    assert form.cleaned_data["born"] == PartialDate(date(1979, 3, 1), Precision.MONTH)
    assert form.cleaned_data["session"] == date(2026, 11, 28)
    assert form.cleaned_data["phone"] == "+51951000720"


def test_optional_dates_and_phones_may_be_empty():
    form = woman()

    assert form.is_valid()
    values = form.cleaned_data
    assert (values["born"], values["session"], values["phone"]) == (None, None, "")


def test_a_past_date_may_not_be_to_come():
    tomorrow = timezone.localdate() + timedelta(days=1)
    form = woman(born=tomorrow.strftime("%d/%m/%Y"))

    assert form.errors["born"] == ["Esa fecha todavía no llega. Revisa el año."]


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ("session", "31/02/2026", "Ese día no existe: febrero de 2026 tiene 28 días."),
        ("born", "ayer", "Escribe la fecha así: 28/11/2026."),
        ("phone", "95100072", "El celular tiene 9 números. Escribiste 8."),
    ],
)
def test_refusals_are_the_words_of_the_reader(field, text, message):
    assert woman(**{field: text}).errors[field] == [message]


def test_saved_values_are_shown_as_they_are_typed():
    born = PartialDate(date(1979, 3, 1), Precision.MONTH)
    form = WomanForm(initial={"born": born, "session": date(2026, 11, 28), "phone": "+51951000720"})

    assert 'value="03/1979"' in str(form["born"])
    assert 'value="28/11/2026"' in str(form["session"])
    assert 'value="951 000 720"' in str(form["phone"])


def test_an_unchanged_partial_date_is_not_a_change():
    born = PartialDate(date(1979, 3, 1), Precision.MONTH)
    form = WomanForm({"born": "03/1979"}, initial={"born": born})

    assert "born" not in form.changed_data


def test_a_field_wires_hint_error_and_control():
    html = WomanForm({})["name"].as_field_group()

    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'data-state="error"' in html
    assert "required" not in html


def test_the_echo_of_a_date_describes_its_control():
    html = WomanForm(initial={"session": date(2026, 11, 28)})["session"].as_field_group()

    assert "sábado 28 de noviembre de 2026</span>" in html
    assert 'aria-describedby="id_session_echo"' in html
    assert 'inputmode="numeric"' in html


def test_only_optional_fields_are_marked():
    form = WomanForm()

    marked = {bound.name for bound in form if "(opcional)" in bound.as_field_group()}

    assert marked == {"password", "pasted", "notes", "work", "born", "session", "phone"}


def test_choices_stand_in_a_fieldset_under_their_legend():
    html = WomanForm({"work": "x"})["work"].as_field_group()

    assert '<fieldset class="field" data-state="error" aria-describedby="id_work_error">' in html
    assert '<label class="choice" for="id_work_0">' in html


def test_any_django_form_is_drawn_by_the_portal():
    class Foreign(forms.Form):
        email = forms.EmailField()
        token = forms.CharField(widget=forms.HiddenInput)

    html = str(Foreign({}))

    assert '<label class="field__label" for="id_email">' in html
    assert 'class="input"' in html
    assert html.count('name="token"') == 1


def test_a_formset_is_drawn_with_its_rows_numbered():
    html = str(formset_factory(WomanForm, extra=2)())

    assert 'name="form-TOTAL_FORMS"' in html
    assert "Fila 2</legend>" in html

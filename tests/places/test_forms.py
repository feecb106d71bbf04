import pytest
from django import forms

from network.base.forms import PortalForm
from network.places.actions import create_mining_zone
from network.places.forms import DistrictField, MiningZoneForm
from network.places.matching import forget_places
from network.places.models import District, MiningZone

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_index():
    forget_places()
    yield
    forget_places()


class PlaceForm(PortalForm):
    district = DistrictField(required=False)


class ZoneForm(forms.ModelForm):
    district = DistrictField()

    class Meta:
        model = MiningZone
        fields = ["district"]


def typed(text, chosen=None):
    data = {"district": text}
    if chosen is not None:
        data["district_elegido"] = chosen
    return PlaceForm(data)


@pytest.mark.parametrize(
    "text", ["Laberinto, Tambopata, Madre de Dios", " laberinto ", "INEI 170104", "RENIEC 160104"]
)
def test_district_is_read_as_people_write_it(text):
    form = typed(text)

    assert form.is_valid()
    assert form.cleaned_data["district"] == District.objects.get(pk="170104")
    assert 'value="Laberinto, Tambopata, Madre de Dios"' in str(form["district"])
    assert "radio" not in str(form["district"])


@pytest.mark.parametrize("text", ["", "  ", " , "])
def test_blank_is_no_district(text):
    form = typed(text)

    assert form.is_valid()
    assert form.cleaned_data["district"] is None


def test_blank_is_asked_for_when_required():
    form = ZoneForm({"district": ""})

    assert form.errors["district"] == ["Escribe el distrito."]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("El Porvenir", ["030610", "220906", "130102"]),
        ("labe", ["170104"]),
        ("170102", ["180102", "170102"]),
    ],
)
def test_doubtful_text_is_asked_back_with_its_candidates(text, codes):
    form = typed(text)

    assert not form.is_valid()
    assert form.errors["district"] == [
        "¿Cuál de estos distritos es? Elige uno o escríbelo completo."
    ]
    page = str(form["district"])
    offered = [part.split("|")[0] for part in page.split('value="')[2:]]
    assert offered == codes
    assert f'value="{text}"' in page


def test_text_of_no_district_is_refused():
    form = typed("qwxz")

    assert form.errors["district"] == [
        "No encontramos ese distrito. Escribe distrito, provincia y región."
    ]
    assert "radio" not in str(form["district"])


def test_choice_among_candidates_is_the_district():
    form = typed("El Porvenir", chosen="130102|el porvenir")

    assert form.is_valid()
    assert form.cleaned_data["district"].pk == "130102"
    assert 'value="El Porvenir, Trujillo, La Libertad"' in str(form["district"])


def test_choice_made_for_another_text_is_ignored():
    form = typed("Laberinto", chosen="130102|el porvenir")

    assert form.is_valid()
    assert form.cleaned_data["district"].pk == "170104"


def test_forged_choice_is_refused():
    form = typed("El Porvenir", chosen="999999|el porvenir")

    assert not form.is_valid()


def test_markup_in_the_text_stays_text():
    assert "<script>" not in str(typed('"><script>alert(1)</script>')["district"])


def test_stored_district_is_shown_by_its_names():
    zone = MiningZone(district_id="170104")

    assert 'value="Laberinto, Tambopata, Madre de Dios"' in str(ZoneForm(instance=zone)["district"])
    given = PlaceForm(initial={"district": District.objects.get(pk="170104")})
    assert 'value="Laberinto, Tambopata, Madre de Dios"' in str(given["district"])


def test_field_sent_back_as_it_was_shown_has_not_changed():
    zone = MiningZone(district_id="170104")
    same = ZoneForm({"district": "Laberinto, Tambopata, Madre de Dios"}, instance=zone)
    other = ZoneForm({"district": "Inambari"}, instance=zone)

    assert not same.has_changed()
    assert other.changed_data == ["district"]


def test_district_already_read_is_kept():
    district = District.objects.get(pk="170104")

    assert DistrictField().clean(district) == district


def test_zone_form_gives_what_the_action_needs():
    form = MiningZoneForm(
        {"name": "Sector Boca Unión", "kind": "alluvial", "district": "Laberinto"}
    )

    assert form.is_valid(), form.errors
    zone = create_mining_zone(**form.cleaned_data, by=None)
    assert zone.district_id == "170104"

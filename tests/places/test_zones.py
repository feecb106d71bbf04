import pytest

from network.base.errors import Refused
from network.places.actions import create_mining_zone, update_mining_zone
from network.places.models import District, MiningZone
from tests.factories.accounts import RoleAssignmentFactory, sign_in

pytestmark = pytest.mark.django_db
FACTS = {"kind": MiningZone.Kind.ALLUVIAL, "by": None}


def laberinto():
    return District.objects.get(pk="170104")


def test_zone_is_named_inside_its_district():
    zone = create_mining_zone(name="Sector Boca Unión", district=laberinto(), note="km 98", **FACTS)

    zone.refresh_from_db()
    assert (zone.name, zone.district_id, zone.note) == ("Sector Boca Unión", "170104", "km 98")
    assert str(zone) == "Sector Boca Unión"


def test_same_name_again_in_the_district_is_refused():
    create_mining_zone(name="Boca Unión", district=laberinto(), **FACTS)

    with pytest.raises(Refused) as refusal:
        create_mining_zone(name="BOCA UNION", district=laberinto(), **FACTS)

    assert refusal.value.message == "Ya hay una zona con ese nombre en el distrito."
    assert refusal.value.field == "name"
    create_mining_zone(name="Boca Unión", district=District.objects.get(pk="170102"), **FACTS)
    assert MiningZone.objects.count() == 2


def test_zone_is_corrected():
    zone = create_mining_zone(name="Boca Unión", district=laberinto(), **FACTS)

    update_mining_zone(zone=zone, name="Boca Inambari", kind="town", district=laberinto(), by=None)

    zone.refresh_from_db()
    assert (zone.name, zone.kind) == ("Boca Inambari", "town")


def test_zone_takes_no_name_of_another():
    create_mining_zone(name="Boca Unión", district=laberinto(), **FACTS)
    zone = create_mining_zone(name="Delta 1", district=laberinto(), **FACTS)

    with pytest.raises(Refused):
        update_mining_zone(zone=zone, name="boca union", district=laberinto(), **FACTS)

    zone.refresh_from_db()
    assert zone.name == "Delta 1"


@pytest.fixture
def coordinator(client):
    return sign_in(client, RoleAssignmentFactory(role="national_coordinator").user)


def test_zone_is_registered_and_corrected_on_its_pages(coordinator):
    facts = {"name": "Boca Unión", "kind": "alluvial", "district": "Laberinto"}
    coordinator.post("/zonas/registrar/", facts)
    zone = MiningZone.objects.get()
    form = coordinator.get(f"/zonas/{zone.pk}/corregir/").context["form"]
    shown = {name: form[name].value() for name in form.fields}

    coordinator.post(f"/zonas/{zone.pk}/corregir/", {**shown, "note": "km 98"})

    zone.refresh_from_db()
    assert shown["district"] == "Laberinto, Tambopata, Madre de Dios"
    assert (zone.name, zone.kind, zone.district_id, zone.note) == (
        "Boca Unión",
        "alluvial",
        "170104",
        "km 98",
    )


@pytest.mark.parametrize("is_new", [True, False])
def test_name_taken_is_refused_at_its_field(coordinator, is_new):
    create_mining_zone(name="Boca Unión", district=laberinto(), **FACTS)
    zone = create_mining_zone(name="Delta", district=laberinto(), **FACTS)
    address = "/zonas/registrar/" if is_new else f"/zonas/{zone.pk}/corregir/"

    response = coordinator.post(
        address, {"name": "BOCA UNION", "kind": "town", "district": "Laberinto"}
    )

    assert response.context["form"].errors == {
        "name": ["Ya hay una zona con ese nombre en el distrito."]
    }
    assert MiningZone.objects.count() == 2


def test_doubtful_district_is_asked_back_on_the_page(coordinator):
    facts = {"name": "Cerro", "kind": "town", "district": "El Porvenir"}

    page = coordinator.post("/zonas/registrar/", facts).content.decode()
    coordinator.post("/zonas/registrar/", {**facts, "district_elegido": "130102|el porvenir"})

    assert page.count('type="radio"') == 3
    assert MiningZone.objects.get().district_id == "130102"


def test_zones_are_listed_in_spanish_order(coordinator):
    for name in ("Oro Fino", "Ñahuí", "Nube", "Águila"):
        create_mining_zone(name=name, district=laberinto(), **FACTS)

    rows = coordinator.get("/zonas/").context["listing"].rows

    assert [row.values["name"] for row in rows] == ["Águila", "Nube", "Ñahuí", "Oro Fino"]
    assert not coordinator.get("/zonas/?region=21").context["listing"].rows
    assert len(coordinator.get("/zonas/?region=17").context["listing"].rows) == 4


@pytest.mark.parametrize("role", ["trainer", "analyst", "auditor", "member"])
def test_role_that_keeps_no_places_is_refused(client, role):
    zone = create_mining_zone(name="Delta", district=laberinto(), **FACTS)
    user = RoleAssignmentFactory(role=role).user
    browser = sign_in(client, user)

    for address in ("/zonas/", "/zonas/registrar/", f"/zonas/{zone.pk}/corregir/"):
        assert browser.get(address).status_code == 403
        assert browser.post(address).status_code in {403, 405}
    assert not MiningZone.objects.visible_to(user).exists()
    assert browser.get("/zonas/").status_code == 403

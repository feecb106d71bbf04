import pytest

from network.base.errors import Refused
from network.places.actions import create_mining_zone, update_mining_zone
from network.places.models import District, MiningZone

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


def test_zones_are_listed_in_spanish_order_with_one_query(django_assert_num_queries):
    for name in ("Oro Fino", "Ñahuí", "Nube", "Águila"):
        create_mining_zone(name=name, district=laberinto(), **FACTS)

    with django_assert_num_queries(1):
        listed = [(zone.name, zone.district.path) for zone in MiningZone.objects.listed()]

    assert [name for name, _path in listed] == ["Águila", "Nube", "Ñahuí", "Oro Fino"]

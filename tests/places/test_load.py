from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from network.base.errors import Refused
from network.places.actions import load_places
from network.places.models import Department, District, Province
from network.places.sources import BUNDLED, PlaceList, read_list

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 28)


def bundled(**changes):
    places = read_list(BUNDLED)
    inei = {c: n for c, n in (dict(places.inei) | changes).items() if n}
    return PlaceList(inei=inei, reniec=dict(places.reniec))


def test_whole_list_is_loaded_without_dates():
    assert (Department.objects.count(), Province.objects.count()) == (25, 196)
    assert District.objects.count() == 1893
    assert not District.objects.exclude(valid_from=None, valid_to=None).exists()
    assert District.objects.get(pk="211002").reniec_code == "201104"
    assert District.objects.exclude(reniec_code=None).count() == 1839
    assert str(District.objects.get(pk="170104")) == "Laberinto"
    assert District.objects.get(pk="170104").path == "Laberinto, Tambopata, Madre de Dios"


def test_repeated_codes_are_kept_and_not_offered():
    repeated = dict(District.objects.exclude(duplicate_of=None).values_list("pk", "duplicate_of"))

    assert repeated == {"090708": "090709", "090712": "090714"}
    assert District.objects.choosable().count() == 1891


def test_same_list_again_changes_nothing(django_assert_max_num_queries):
    before = District.pgh_event_model.objects.count()

    with django_assert_max_num_queries(16):
        loaded = load_places(places=bundled(), on=DAY)

    assert (loaded.added, loaded.changed, loaded.ended) == (0, 0, 0)
    assert loaded.unmatched_reniec == ()
    assert District.pgh_event_model.objects.count() == before


def test_new_district_is_valid_from_the_day_of_its_list():
    loaded = load_places(places=bundled(**{"170105": "Boca Colorado"}), on=DAY)

    district = District.objects.get(pk="170105")
    assert (loaded.added, loaded.changed, loaded.ended) == (1, 0, 0)
    assert (district.valid_from, district.valid_to) == (DAY, None)


def test_renamed_district_keeps_its_code_and_its_history():
    loaded = load_places(places=bundled(**{"170104": "El Laberinto"}), on=DAY)

    assert (loaded.added, loaded.changed, loaded.ended) == (0, 1, 0)
    assert loaded.unmatched_reniec == ("160104",)
    assert District.objects.get(pk="170104").name == "El Laberinto"
    event = District.pgh_event_model.objects.filter(pgh_obj_id="170104").latest("pgh_id")
    assert (event.pgh_label, event.name) == ("update", "El Laberinto")


def test_district_that_left_the_list_is_ended_and_may_come_back():
    gone = load_places(places=bundled(**{"170104": ""}), on=DAY)
    ended = District.objects.get(pk="170104")
    back = load_places(places=bundled(), on=DAY)

    assert (gone.added, gone.changed, gone.ended) == (0, 0, 1)
    assert ended.valid_to == DAY
    assert (back.added, back.changed, back.ended) == (0, 1, 0)
    assert District.objects.get(pk="170104").valid_to is None


def test_ended_district_is_not_ended_again():
    load_places(places=bundled(**{"170104": ""}), on=DAY)

    again = load_places(places=bundled(**{"170104": ""}), on=date(2027, 1, 1))

    assert again.ended == 0
    assert District.objects.get(pk="170104").valid_to == DAY


def test_districts_may_exchange_their_reniec_codes():
    places = bundled(**{"170101": "Inambari", "170102": "Tambopata"})

    load_places(places=places, on=DAY)

    assert District.objects.get(pk="170101").reniec_code == "160102"


def test_cut_list_is_refused_and_ends_nothing():
    places = bundled()
    cut = {code: name for code, name in places.inei.items() if code < "20"}

    with pytest.raises(Refused, match=r"trae 20 regiones y hay 25|trae 19 regiones y hay 25"):
        load_places(places=PlaceList(inei=cut, reniec=places.reniec), on=DAY)

    assert not District.objects.exclude(valid_to=None).exists()


@pytest.mark.parametrize(
    "row",
    [
        {"code": "180199", "province_id": "1701"},
        {"code": "17019", "province_id": "1701"},
        {"code": "17019a", "province_id": "1701"},
        {
            "code": "170199",
            "province_id": "1701",
            "valid_from": DAY,
            "valid_to": date(2026, 11, 27),
        },
    ],
)
def test_database_refuses_impossible_districts(row):
    with pytest.raises(IntegrityError), transaction.atomic():
        District.objects.create(name="Prueba", **row)


def test_command_says_what_changed(tmp_path):
    lines = BUNDLED.read_text(encoding="utf-8").replace("170104,Laberinto", "170104,El Laberinto")
    file = tmp_path / "nuevo.csv"
    file.write_text(lines, encoding="utf-8")
    out = StringIO()

    call_command("load_places", file=file, on=DAY, stdout=out)

    assert out.getvalue().splitlines() == [
        "Lugares nuevos: 0. Cambiados: 1. Terminados: 0.",
        "Códigos de RENIEC sin distrito: 160104.",
    ]


def test_command_has_one_line_when_every_code_is_met():
    out = StringIO()

    call_command("load_places", stdout=out)

    assert out.getvalue() == "Lugares nuevos: 0. Cambiados: 0. Terminados: 0.\n"


def test_command_is_silent_when_asked():
    out = StringIO()

    call_command("load_places", verbosity=0, stdout=out)

    assert out.getvalue() == ""


@pytest.mark.parametrize("content", [b"scheme,code,name\n", b"\xff\xfe\x00", None])
def test_command_refuses_what_it_cannot_read(tmp_path, content):
    file = tmp_path / "nuevo.csv"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(CommandError):
        call_command("load_places", "--file", str(file))


def test_command_wants_a_day():
    with pytest.raises(CommandError, match="2026-11-28"):
        call_command("load_places", "--on", "28/11/2026")

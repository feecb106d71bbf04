import pytest

from network.base.errors import Refused
from network.places.sources import (
    BUNDLED,
    DUPLICATES,
    RESPELLED,
    PlaceList,
    crosswalk,
    districts,
    folded_path,
    read_list,
)

BUNDLED_LIST = read_list(BUNDLED)


def write(tmp_path, *lines):
    file = tmp_path / "lugares.csv"
    file.write_text("\n".join(["scheme,code,name", *lines]), encoding="utf-8")
    return file


def test_bundled_list_is_whole():
    levels = {n: sum(len(c) == n for c in BUNDLED_LIST.inei) for n in (2, 4, 6)}

    assert levels == {2: 25, 4: 196, 6: 1893}
    assert len(districts(BUNDLED_LIST.reniec)) == 1839
    assert BUNDLED_LIST.inei["170104"] == "Laberinto"
    assert BUNDLED_LIST.inei["02"] == "Áncash"


def test_bundled_list_has_its_licence_beside_it():
    (notice,) = BUNDLED.parent.glob("*LICENSE*")

    assert notice.read_text().startswith("MIT License")


def test_repeated_codes_are_exactly_the_known_ones():
    seen, repeated = {}, {}
    for code in sorted(districts(BUNDLED_LIST.inei), reverse=True):
        path = folded_path(BUNDLED_LIST.inei, code)
        if path in seen:
            repeated[code] = seen[path]
        seen[path] = code

    assert repeated == DUPLICATES
    assert len(seen) == 1891


def test_every_reniec_code_has_its_own_district():
    met = crosswalk(BUNDLED_LIST)

    assert set(met) == set(districts(BUNDLED_LIST.reniec))
    assert len(set(met.values())) == len(met) == 1839


@pytest.mark.parametrize(
    ("reniec", "inei"),
    [
        ("201104", "211002"),  # Ananea
        ("160102", "170102"),  # Inambari
        ("240101", "070101"),  # Callao
        ("100301", "110301"),  # Nazca, written Nasca by INEI
        ("150107", "160801"),  # Putumayo, which became a province
        ("080512", "090709"),  # Huaribamba, whose other code INEI does not count
    ],
)
def test_reniec_code_meets_its_district(reniec, inei):
    assert crosswalk(BUNDLED_LIST)[reniec] == inei


def test_no_spelling_rule_is_idle():
    paths = {folded_path(BUNDLED_LIST.reniec, c) for c in districts(BUNDLED_LIST.reniec)}

    assert set(RESPELLED) <= paths
    assert len(RESPELLED) == 9


def test_name_that_fits_no_district_or_two_codes_is_left_out():
    inei = {"01": "Ica", "0101": "Ica", "010101": "Ica"}
    reniec = {"09": "Ica", "0901": "Ica", "090101": "Ica", "090102": "ICA", "090103": "Otro"}

    assert crosswalk(PlaceList(inei=inei, reniec=reniec)) == {}


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (["sunat,01,Ica"], "línea 2"),
        (["inei,1,Ica"], "línea 2"),
        (["inei,01,"], "línea 2"),
        (["inei"], "línea 2"),
        (["inei,01,Ica", "inei,01,Ica"], "01 está dos veces"),
        (["inei,01,Ica", "inei,0201,Nasca"], "0201 no está dentro"),
        (["reniec,01,Ica"], "no trae lugares"),
        ([], "no trae lugares"),
    ],
)
def test_list_that_does_not_hold_together_is_refused(tmp_path, lines, why):
    with pytest.raises(Refused, match=why):
        read_list(write(tmp_path, *lines))


def test_list_saved_by_excel_with_a_byte_order_mark_is_read(tmp_path):
    file = tmp_path / "lugares.csv"
    file.write_bytes("\ufeffscheme,code,name\ninei,01,Áncash\n".encode())

    assert read_list(file).inei == {"01": "Áncash"}

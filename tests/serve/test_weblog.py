from network.serve.weblog import KEY


def test_an_address_that_is_a_key_is_cut() -> None:
    for address in (
        "/mi/TP236MVAUJRAIMTLK2GDRLBQQKXMAT33/",
        "/ingresar/invitacion/TP236MVAUJRAIMTLK2GDRLBQ/",
        "/ingresar/clave/nueva/abc-d8x4kz-98f7e6d5c4b3a2/",
        "/importar/We3S9hERRz9ou7cEfJD3Pg9h95EpUPiM/corregir/",
    ):
        assert "…" in KEY.sub(r"\1…", address)


def test_other_addresses_stay_whole() -> None:
    for address in ("/mi/", "/importar/", "/personas/01a20774-1334-7780-bcc8-4d0fd4f98b77/"):
        assert KEY.sub(r"\1…", address) == address

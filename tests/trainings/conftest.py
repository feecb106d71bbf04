"""The cast of the registry's tests, for those of trainings."""

from tests.members.conftest import (  # noqa: F401
    analyst,
    auditor,
    coordinator,
    felicitas,
    flor_de_cuarzo,
    leader,
    madre_de_dios,
    make_account,
    national,
    other_region_coordinator,
    puno,
    rio_claro,
    trainer,
)

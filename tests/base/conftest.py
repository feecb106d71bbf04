"""The cast of the registry's tests, for the engines that are tried on the registry's lists."""

from tests.members.conftest import (  # noqa: F401
    analyst,
    analyst_with_personal_data,
    coordinator,
    flor_de_cuarzo,
    madre_de_dios,
    make_account,
    national,
    other_region_coordinator,
    puno,
    rio_claro,
    trainer,
)

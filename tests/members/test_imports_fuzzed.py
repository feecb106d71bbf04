"""Sixteen workbooks nobody would write by hand. `make faults` brings in 2,000: bench/fuzz.py."""

from django.test import Client

from bench.fuzz import SEED
from bench.workbooks import run, summed
from members.models import Organisation, User
from tests.factories.accounts import sign_in

SEEDS = range(int(SEED), int(SEED) + 16)


def test_no_page_fails_nothing_is_half_saved_and_a_second_time_changes_nothing(
    client: Client, national: User, rio_claro: Organisation, piedra_viva: Organisation
) -> None:
    told = summed(list(run(sign_in(client, national), SEEDS)))

    assert told["broken"] == {}
    # The sixteen are of every sort: too tame a generator would prove nothing.
    assert told["became"].keys() >= {"imported", "every row waits"}
    assert told["rows"].keys() >= {"new", "refused", "undone"}

import stat

import pytest

from network.serve import environment
from network.serve.process import ServeError

STORED = {
    "DATABASE_URL": "postgresql://portal_app:x@127.0.0.1:1/portal",
    "DATABASE_OWNER_URL": "postgresql://portal_owner:x@127.0.0.1:1/portal",
    "REDIS_URL": "redis://:x@127.0.0.1:2/0",
    "SECRET_KEY": "secret",
    "PORTAL_DATA_KEYS": "k1:a2V5PT09",
    "PORTAL_INDEX_KEY": "a2V5==",
    "PORTAL_ISSUER_KEY": "a2V5==",
}


def test_written_environment_is_read_back_and_closed_to_others(tmp_path):
    (tmp_path / "env").write_text("OLD=1\n")
    (tmp_path / "env").chmod(0o644)

    environment.write(tmp_path, STORED)

    assert environment.read(tmp_path) == STORED
    assert stat.S_IMODE((tmp_path / "env").stat().st_mode) == 0o600


def test_command_takes_what_it_was_not_given(tmp_path):
    environment.write(tmp_path, STORED)

    taken = environment.for_commands({"DATA_DIR": str(tmp_path), "REDIS_URL": "redis://own"})

    assert taken == {k: v for k, v in STORED.items() if k != "REDIS_URL"}


def test_command_on_another_database_takes_only_the_keys(tmp_path):
    environment.write(tmp_path, STORED)

    taken = environment.for_commands(
        {"DATA_DIR": str(tmp_path), "DATABASE_URL": "postgresql://me@db/other"}
    )

    assert taken == {k: v for k, v in STORED.items() if k in environment.KEYS}


def test_command_without_a_portal_is_told_how_to_start_one(tmp_path):
    with pytest.raises(ServeError, match="make run"):
        environment.for_commands({"DATA_DIR": str(tmp_path)})


def test_keys_are_made_once_and_given_ones_win():
    made = environment.keys({}, {})

    assert environment.keys({}, made) == made
    assert environment.keys({"SECRET_KEY": "mine"}, made)["SECRET_KEY"] == "mine"


def test_new_data_key_never_takes_an_old_name():
    names = {environment.keys({}, {})["PORTAL_DATA_KEYS"].split(":")[0] for _ in range(20)}

    assert len(names) == 20
    assert max(map(len, names)) <= 8

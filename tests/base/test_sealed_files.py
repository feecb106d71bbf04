"""Sealed files: what is read is what was written, at any size, and nothing else ever opens."""

import tracemalloc

import pytest

from network.base.crypto import KeyMissing, SealBroken
from network.base.sealed_files import BLOCK_BYTES, SEAL_BYTES, SealedReader, SealedWriter

SEALED_BLOCK = BLOCK_BYTES + SEAL_BYTES


@pytest.fixture
def path(tmp_path):
    return tmp_path / "file"


def write(path, *parts: bytes, bound_to: str = "job:a") -> None:
    with SealedWriter(path, bound_to=bound_to) as target:
        for part in parts:
            target.write(part)


def read(path, bound_to: str = "job:a") -> bytes:
    with SealedReader(path, bound_to=bound_to) as source:
        return source.read()


@pytest.mark.parametrize("size", [0, 1, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 200_000])
def test_what_is_read_is_what_was_written(path, size):
    content = bytes(range(256)) * (size // 256) + bytes(size % 256)

    write(path, content[:100], content[100:])

    assert read(path) == content
    assert content == b"" or content[:64] not in path.read_bytes() or size < 64


@pytest.mark.parametrize(
    "spoil",
    [
        lambda blob: blob[:SEALED_BLOCK],  # the end is missing
        lambda blob: blob[SEALED_BLOCK:],
        lambda blob: blob[SEALED_BLOCK : 2 * SEALED_BLOCK] + blob[:SEALED_BLOCK] + blob[-100:],
        lambda blob: blob + blob[-1:],
        lambda blob: blob[:-1] + bytes([blob[-1] ^ 1]),
        lambda blob: b"",
        lambda blob: b"PK\x03\x04" + blob,
    ],
)
def test_a_file_that_was_cut_swapped_or_changed_does_not_open(path, spoil):
    write(path, b"Apaza" * 40_000)
    path.write_bytes(spoil(path.read_bytes()))

    with pytest.raises(SealBroken):
        read(path)


def test_a_file_opens_for_its_own_job_only(path):
    write(path, b"Apaza", bound_to="job:a")

    with pytest.raises(SealBroken):
        read(path, bound_to="job:b")


def test_a_file_whose_key_is_gone_says_so(path, settings):
    write(path, b"Apaza")
    settings.DATA_KEYS = "other:" + settings.DATA_KEYS.partition(":")[2].split(",")[0]

    with pytest.raises(KeyMissing):
        read(path)


def test_a_large_file_passes_through_little_memory(path):
    tracemalloc.start()
    with SealedWriter(path, bound_to="job:a") as target:
        for _part in range(320):
            target.write(bytes(50_000))
    with SealedReader(path, bound_to="job:a") as source:
        size = sum(len(part) for part in iter(lambda: source.read(10_000), b""))
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert size == 16_000_000
    assert most < 1_000_000

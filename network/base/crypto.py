"""Sealing of document numbers and phones, and the blind indexes that find them again.

A sealed cell is: version byte, key id (8 bytes), nonce (12), ciphertext and tag of AES-256-GCM.
The table, column and row are authenticated with it, so a cell copied elsewhere does not open.
Keys come from the environment: DATA_KEYS is "kid:base64key[,kid2:base64key]", the first seals and
all open; INDEX_KEY is one base64 key, for nothing but the blind indexes.
"""

import base64
import binascii
import hashlib
import hmac
import os
import re
from functools import lru_cache
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext as _

VERSION = b"\x01"
KEY_ID_BYTES = 8
NONCE_BYTES = 12
TAG_BYTES = 16
HEADER_BYTES = len(VERSION) + KEY_ID_BYTES
BODY_STARTS = HEADER_BYTES + NONCE_BYTES
# What sealing adds to a content.
SEAL_BYTES = BODY_STARTS + TAG_BYTES
KEY_BYTES = 32
# The entry of the index key in the register of keys; no data key can be called so.
INDEX_KEY_ID = "#index"


class SealError(Exception):
    """A sealed value cannot be opened; the text can be shown."""


class SealBroken(SealError):  # noqa: N818 - the state of the cell
    """The cell was altered, moved, or sealed with other key bytes."""


class KeyMissing(SealError):  # noqa: N818 - the state of the key
    """The key that sealed the cell is not configured."""


class Sealed(bytes):
    """The bytes of a sealed cell. Printing one, in a log or a page, tells nothing but its key."""

    def __repr__(self) -> str:
        return f"<sellado {_key_id_or_unknown(self)}>"

    __str__ = __repr__


def seal(text: str, *, table: str, column: str, row: UUID | str) -> bytes:
    """Seal `text` under the current key for this one cell."""
    return Sealed(_sealed(text.encode(), _cell(table, column, row)))


def unseal(blob: bytes, *, table: str, column: str, row: UUID | str) -> str:
    """Open a sealed cell; SealBroken when it was altered or moved, KeyMissing without its key."""
    return _opened(bytes(blob), _cell(table, column, row)).decode()


def seal_file(content: bytes, *, name: str) -> bytes:
    """Seal the content of a file that waits in the spool, bound to its name there."""
    return _sealed(content, f"spool:{name}".encode())


def unseal_file(blob: bytes, *, name: str) -> bytes:
    return _opened(blob, f"spool:{name}".encode())


def seal_block(content: bytes, *, file: str, number: int, is_last: bool) -> bytes:
    """Seal one block of a file that is written as a stream, bound to its place in it."""
    return _sealed(content, f"block:{file}:{number}:{is_last}".encode())


def unseal_block(blob: bytes, *, file: str, number: int, is_last: bool) -> bytes:
    return _opened(blob, f"block:{file}:{number}:{is_last}".encode())


def _sealed(content: bytes, bound_to: bytes) -> bytes:
    header, cipher = _current(settings.DATA_KEYS)
    nonce = os.urandom(NONCE_BYTES)
    return header + nonce + cipher.encrypt(nonce, content, bound_to)


def _opened(blob: bytes, bound_to: bytes) -> bytes:
    key_id = key_id_of(blob)
    cipher = _ciphers(settings.DATA_KEYS).get(key_id)
    if cipher is None:
        raise KeyMissing(_("Falta la clave «%s» que abre este dato.") % key_id)
    nonce, body = blob[HEADER_BYTES:BODY_STARTS], blob[BODY_STARTS:]
    try:
        return cipher.decrypt(nonce, body, bound_to)
    except InvalidTag as error:
        raise SealBroken(
            _("Este dato cifrado fue alterado o movido de lugar y no se puede abrir.")
        ) from error


def blind_index(value: str, *, kind: str) -> bytes:
    """The 32 bytes under which `value` is looked up; equal values of two kinds do not match."""
    digest = _index_state(settings.INDEX_KEY, kind).copy()
    digest.update(value.encode())
    return digest.digest()


def current_key_id() -> str:
    return next(iter(_ciphers(settings.DATA_KEYS)))


def configured_key_ids() -> set[str]:
    return set(_ciphers(settings.DATA_KEYS))


def key_id_of(blob: bytes) -> str:
    if len(blob) < SEAL_BYTES or blob[:1] != VERSION:
        raise SealBroken(_("Este dato cifrado está incompleto o tiene un formato desconocido."))
    return bytes(blob[1:HEADER_BYTES]).rstrip(b"\0").decode("ascii", "replace")


def missing_key_ids(connection: BaseDatabaseWrapper) -> set[str]:
    """Key ids that stored cells need and that are not configured.

    Read from the register of keys (`network.base.keyring`), which costs the same at any size;
    a database that was never migrated needs none.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('base_sealkey') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return set()
        cursor.execute("SELECT kid FROM base_sealkey WHERE kid <> %s", [INDEX_KEY_ID])
        return {kid for (kid,) in cursor.fetchall()} - configured_key_ids()


def new_key() -> str:
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()


def _cell(table: str, column: str, row: UUID | str) -> bytes:
    return f"{table}.{column}.{row}".encode()


def _key_id_or_unknown(blob: bytes) -> str:
    try:
        return key_id_of(blob)
    except SealBroken:
        return "?"


def _decoded_key(text: str, setting: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ImproperlyConfigured(_("%s no está en base64.") % setting) from error
    if len(key) != KEY_BYTES:
        raise ImproperlyConfigured(
            _("%(setting)s debe tener %(bytes)s bytes.") % {"setting": setting, "bytes": KEY_BYTES}
        )
    return key


@lru_cache(maxsize=8)
def _ciphers(setting: str) -> dict[str, AESGCM]:
    ciphers: dict[str, AESGCM] = {}
    for entry in setting.split(","):
        key_id, separator, key = entry.strip().partition(":")
        if not separator or not re.fullmatch(r"[A-Za-z0-9]{1,8}", key_id) or key_id in ciphers:
            raise ImproperlyConfigured(
                _(
                    "DATA_KEYS debe decir «nombre:clave[,nombre2:clave2]», con nombres distintos "
                    "de 1 a 8 letras o cifras."
                )
            )
        ciphers[key_id] = AESGCM(_decoded_key(key, "DATA_KEYS"))
    return ciphers


@lru_cache(maxsize=8)
def _current(setting: str) -> tuple[bytes, AESGCM]:
    key_id, cipher = next(iter(_ciphers(setting).items()))
    return VERSION + key_id.encode().ljust(KEY_ID_BYTES, b"\0"), cipher


@lru_cache(maxsize=64)
def _index_state(setting: str, kind: str) -> hmac.HMAC:
    return hmac.new(_decoded_key(setting, "INDEX_KEY"), f"{kind}\0".encode(), hashlib.sha256)

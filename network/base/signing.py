"""The key the network signs credentials with, and its public half at well-known addresses.

ISSUER_KEY is one or more Ed25519 private keys of 32 bytes in base64, with commas between: the first
signs, all are published, so that what an older one signed still verifies.
"""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

KEY_BYTES = 32


@dataclass(frozen=True)
class IssuerKey:
    private: Ed25519PrivateKey

    @property
    def jwk(self) -> dict[str, str]:
        """The public half (RFC 8037), named by its thumbprint (RFC 7638)."""
        raw = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        required = {"crv": "Ed25519", "kty": "OKP", "x": _text(raw)}
        digest = hashlib.sha256(_compact(required)).digest()
        return {**required, "kid": _text(digest), "alg": "EdDSA", "use": "sig"}


def did_of(base_url: str) -> str:
    """The did:web of an origin: the network is who answers at its address."""
    return f"did:web:{quote(urlsplit(base_url).netloc, safe='')}"


def did_document(base_url: str) -> dict[str, Any]:
    did = did_of(base_url)
    methods = [
        {
            "id": f"{did}#{jwk['kid']}",
            "type": "JsonWebKey2020",
            "controller": did,
            "publicKeyJwk": jwk,
        }
        for jwk in public_keys()
    ]
    return {
        "@context": [
            "https://www.w3.org/ns/did/v1",
            "https://w3id.org/security/suites/jws-2020/v1",
        ],
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def public_keys() -> list[dict[str, str]]:
    return [key.jwk for key in _keys(settings.ISSUER_KEY)]


def sign_jwt(payload: dict[str, Any], *, base_url: str, media_type: str) -> str:
    """A compact JWS (EdDSA) under the current key, which its header names."""
    key = _keys(settings.ISSUER_KEY)[0]
    kid = f"{did_of(base_url)}#{key.jwk['kid']}"
    header = {"alg": "EdDSA", "typ": media_type, "kid": kid}
    signed = f"{_text(_compact(header))}.{_text(_compact(payload))}"
    return f"{signed}.{_text(key.private.sign(signed.encode()))}"


def _compact(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@lru_cache(maxsize=4)
def _keys(setting: str) -> tuple[IssuerKey, ...]:
    try:
        seeds = [base64.b64decode(text.strip(), validate=True) for text in setting.split(",")]
    except binascii.Error as error:
        raise ImproperlyConfigured(_("%s no está en base64.") % "ISSUER_KEY") from error
    if any(len(seed) != KEY_BYTES for seed in seeds):
        raise ImproperlyConfigured(
            _("%(setting)s debe tener %(bytes)s bytes.")
            % {"setting": "ISSUER_KEY", "bytes": KEY_BYTES}
        )
    return tuple(IssuerKey(Ed25519PrivateKey.from_private_bytes(seed)) for seed in seeds)

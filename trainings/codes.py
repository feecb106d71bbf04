"""Codes that people read aloud and type: letters and figures that are not taken for another."""

import secrets
from random import Random

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ"  # no I, L, O
SESSION_LENGTH = 6


def session_code(rng: Random | None = None) -> str:
    """Six letters of a session, printed beside its QR. `rng` only for repeatable demonstrations."""
    choose = rng.choice if rng else secrets.choice
    return "".join(choose(LETTERS) for _each in range(SESSION_LENGTH))

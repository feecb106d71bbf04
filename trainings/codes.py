"""Codes that people read aloud and type: letters and figures that are not taken for another.

Those of certificates are 40 random bits, printed RNM-XXXX-XXXX and read as people copy them.
"""

import re
import secrets
from random import Random

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ"  # no I, L, O
SESSION_LENGTH = 6

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8
PREFIX = "RNM"
# What is written by hand or heard on the phone: letters that are not in the alphabet.
MEANT = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})
WRITTEN = re.compile(f"(?:{PREFIX})?([0-9A-Z]{{{LENGTH}}})")
LONGEST_ECHO = 24


def session_code(rng: Random | None = None) -> str:
    """Six letters of a session, printed beside its QR. `rng` only for repeatable demonstrations."""
    choose = rng.choice if rng else secrets.choice
    return "".join(choose(LETTERS) for _each in range(SESSION_LENGTH))


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _letter in range(LENGTH))


def printed(code: str) -> str:
    """As on paper: RNM-7K4Q-92TX."""
    return f"{PREFIX}-{code[:4]}-{code[4:]}"


def read_code(text: str) -> str:
    """The stored form of a code in any case, with or without prefix, spaces and hyphens; an O is
    read as 0, an I or an L as 1. Empty when it cannot be one."""
    found = WRITTEN.fullmatch(re.sub(r"[\s\-–—.]+", "", text.upper()))
    code = found[1].translate(MEANT) if found else ""
    return code if set(code) <= set(ALPHABET) else ""


def echoed(text: str) -> str:
    """What was asked for, as the answer repeats it: a code as printed, anything else cut short."""
    code = read_code(text)
    return printed(code) if code else text[:LONGEST_ECHO]

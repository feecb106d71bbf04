"""How names are compared: folded for search, keyed for Spanish order, reduced to sound.

The same three rules live in PostgreSQL (migration 0001, `portal_fold`, `portal_sort`,
`portal_sound`), where generated columns use them; a test holds both sides equal.
"""

from collections.abc import Iterable
from functools import lru_cache

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Field, Func, TextField, Value
from django.db.models.functions import Cast

ACCENTED = "áàâäãåéèêëíìîïóòôöõúùûüýÿçñÁÀÂÄÃÅÉÈÊËÍÌÎÏÓÒÔÖÕÚÙÛÜÝÇÑ"
PLAIN = "aaaaaaeeeeiiiiooooouuuuyycnaaaaaaeeeeiiiiooooouuuuycn"
SEPARATORS = ".,;:-_'\"`´’/()[]\t\n\r\u00a0"

_FOLD = str.maketrans(ACCENTED + SEPARATORS, PLAIN + " " * len(SEPARATORS))

# In this order. Spanish spellings of one sound, and the Quechua and Aymara surnames that are
# written in many ways (Huamán, Guaman, Waman; Ccopa, Qopa, Copa; Quispe, Kispe, Qquispe).
SOUND_STEPS: tuple[tuple[str, str], ...] = (
    ("x", "s"),
    ("ch", "x"),
    ("sh", "s"),
    ("ph", "f"),
    ("ll", "y"),
    ("hua", "wa"),
    ("hue", "we"),
    ("hui", "wi"),
    ("gua", "wa"),
    ("guo", "wo"),
    ("h", ""),
    ("gue", "g1"),
    ("gui", "g2"),
    ("ge", "je"),
    ("gi", "ji"),
    ("g1", "ge"),
    ("g2", "gi"),
    ("qu", "k"),
    ("q", "k"),
    ("ce", "se"),
    ("ci", "si"),
    ("c", "k"),
    ("z", "s"),
    ("v", "b"),
    ("y", "i"),
    ("w", "u"),
    ("o", "u"),
    ("e", "i"),
    # A doubled letter sounds once. Plain steps: PostgreSQL needs ten times longer for a pattern.
    *((letter * 2, letter) for letter in " abcdfgijklmnprstu0123456789"),
)


def fold(text: str) -> str:
    """Lower case, no accents, ñ as n, punctuation as one space: what search compares."""
    words = text.split(" ")
    if not (text.isascii() and all(word.isalnum() for word in words)):
        words = text.translate(_FOLD).split()
    return " ".join(words).lower()


def sort_key(text: str) -> str:
    """Spanish alphabetical order when compared byte by byte: ñ after n, accents ignored."""
    return fold(text.replace("ñ", "n~").replace("Ñ", "n~"))


def sound(text: str) -> str:
    """What is left when spellings of one sound are made equal. Two spaces never touch."""
    return " ".join(map(_word_sound, fold(text).split(" "))).replace("  ", " ")


@lru_cache(maxsize=20_000)
def _word_sound(word: str) -> str:
    """No step reaches across a space, and names share their words."""
    for written, heard in SOUND_STEPS:
        word = word.replace(written, heard)
    return word


class Fold(Func):
    function = "portal_fold"
    output_field = TextField()


class SortKey(Func):
    function = "portal_sort"
    output_field = TextField(db_collation="C")


class Sound(Func):
    function = "portal_sound"
    output_field = TextField()


class SoundWords(Func):
    """The words of a sound, for an index of whole words and their beginnings: four entries a
    name, where trigrams are twenty-five."""

    template = "array_to_tsvector(array_remove(string_to_array(%(expressions)s, ' '), ''))"
    output_field = TextField()


class HasWordsLike(Func):
    """Each of `words` begins a word of the sound in `column`."""

    template = "(%(expressions)s)"
    arg_joiner = " @@ "
    output_field = BooleanField()

    def __init__(self, column: str, words: Iterable[str]) -> None:
        quoted = ("'" + word.replace("\\", "\\\\") + "':*" for word in words)
        super().__init__(SoundWords(column), Cast(Value(" & ".join(quoted)), _Query()))


class _Query(Field):
    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "tsquery"


class _Concat(Func):
    """`a || ' ' || b`: immutable, which concat() is not. No column is NULL."""

    template = "(%(expressions)s)"
    arg_joiner = " || ' ' || "
    output_field = TextField()


def joined(*columns: str) -> Func:
    return _Concat(*columns)

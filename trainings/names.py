"""Whose name it is, as it was written by hand: within one list, forgiving spelling and order."""

from collections.abc import Iterable

from network.base.text import fold, sound
from trainings.models import Enrolment


def same_names(text: str, enrolments: Iterable[Enrolment]) -> list[Enrolment]:
    """The women meant: those written so; else those who sound so; else those who have its words.

    Any order of surnames and names will do. Of the last kind each word begins one of hers, and
    there are two words at least: a first name alone says little.
    """
    written, heard, words = _bag(fold(text)), _bag(sound(text)), fold(text).split()
    kept = list(enrolments)
    exact = [e for e in kept if _bag(fold(e.listed_name)) == written]
    if exact:
        return exact
    alike = [e for e in kept if _bag(sound(e.listed_name)) == heard]
    if alike or len(words) < 2:
        return alike
    sounds = sound(text).split()
    return [e for e in kept if _has_all(sounds, sound(e.listed_name).split())]


def _bag(text: str) -> tuple[str, ...]:
    return tuple(sorted(text.split()))


def _has_all(words: list[str], hers: list[str]) -> bool:
    left = list(hers)
    for word in words:
        found = next((one for one in left if one.startswith(word)), None)
        if found is None:
            return False
        left.remove(found)
    return True

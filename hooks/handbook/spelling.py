"""What somebody meant who wrote something else, where only one thing can be meant.

A hint may guess ('did you mean …?'); what is told here may be written into a file without asking.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from handbook.source import NOTHING, SPACES

_QUOTES = "\"'“”„‟‘’‚‛«»"
_LEAST = 4
"""The letters that a word has at least, so that one wrong among them leaves it what it is."""


def unseen(text: str) -> bool:
    """Whether a text has a character that looks like a space, or like nothing."""
    return any(sign in text for sign in SPACES + NOTHING)


def visible(text: str) -> str:
    """The text with plain spaces for all others, and without what takes no room."""
    text = re.sub(f"[{NOTHING}]", "", text)
    return re.sub(f"[{SPACES}]", " ", text).strip()


def bare(text: str) -> str:
    """The text without what a word processor put around it: unseen characters and quotes."""
    text = visible(text)
    while len(text) > 1 and text[0] in _QUOTES and text[-1] in _QUOTES:
        text = text[1:-1].strip()
    return text


def folded(text: str) -> str:
    """The letters and digits of a name in the form of an id: lower case, a hyphen between words."""
    plain = unicodedata.normalize("NFKD", bare(text).lower())
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return re.sub(r"[\s_-]+", "-", letters).strip("-")


def neighbour(word: str, choices: Iterable[str], *, fixed: bool = False) -> str | None:
    """The one choice that differs from the word in its form only, or else by one slip.

    A slip is one letter left out, put in too much, or swapped with the next; these and a wrong
    letter make four of five misspellings (Damerau 1964, doi 10.1145/363958.363994). A wrong letter
    counts only where the choices are `fixed` words: among the names of people and things it makes
    another name (anna and anne). So does whatever touches a digit or a part of few letters.
    """
    forms: dict[str, list[str]] = {}
    for choice in choices:
        forms.setdefault(folded(choice), []).append(choice)
    form = folded(word)
    near = forms.get(form) or [
        choice
        for other, same in forms.items()
        if _slip(form, other, fixed=fixed)
        for choice in same
    ]
    return near[0] if len(near) == 1 else None


def _slip(word: str, other: str, *, fixed: bool) -> bool:
    """Whether one slip makes one from the other."""
    parts, others = (re.split(r"([^\W\d_]+)", text) for text in (word, other))
    if len(parts) != len(others):
        return False
    differing = [(one, two) for one, two in zip(parts, others, strict=True) if one != two]
    if len(differing) != 1:
        return False
    short, long = sorted(differing[0], key=len)
    if not (short.isalpha() and long.isalpha() and len(short) >= _LEAST):
        return False
    if len(short) < len(long):
        return any(long[:at] + long[at + 1 :] == short for at in range(len(long)))
    wrong = [at for at in range(len(short)) if short[at] != long[at]]
    if len(wrong) == 1:
        return fixed
    first, last = wrong[0], wrong[-1]
    swapped = short[first] == long[last] and short[last] == long[first]
    return len(wrong) == 2 and last == first + 1 and swapped  # noqa: PLR2004 - a pair is two

"""Prose that means nothing and looks like a course's: its length, its words, its Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

import yaml

_SENTENCES = (
    "The {a} {n} {v} the {n} {w}.",
    "A {a} {n} {v} what the {n} {v}, and the {a} {n} {v} it {w}.",
    "Nobody {v} a {n} that the {a} {n} {v}.",
    "Where a {n} {v} the {n}, the {a} {n} {v} a {n} of its own {w}.",
    "What the {n} {v} is a {a} {n}, not a {a} {n}.",
    "Each {n} {v} its {a} {n} {w}, so that the {n} {v} the {n} again.",
    "If the {n} {v} too little, a {a} {n} {v} the {a} {n} {w}.",
    "Between the {n} and the {n} a {a} {n} {v} every {n} {w}.",
)
_WORDS: Mapping[str, Sequence[str]] = yaml.safe_load(
    Path(__file__).with_name("words.yml").read_text(encoding="utf-8")
)
_SYLLABLES = [one + two for one in "bdfgklmnprstvz" for two in "aeiou"]
MARK = "trial0"
"""Stands once in each body; an edit puts another number behind it."""


def filled(random: Random, pattern: str) -> str:
    """A pattern with a word of the right kind in each of its gaps."""
    parts = pattern.split("{")
    chosen = [random.choice(_WORDS[part[0]]) + part[2:] for part in parts[1:]]
    return parts[0] + "".join(chosen)


def sentence(random: Random) -> str:
    """One sentence, of about 13 words."""
    return filled(random, random.choice(_SENTENCES))


def name(number: int, kind: int) -> str:
    """A word of four syllables that no other number of this kind and no other kind has."""
    made, left = "", (number * 7919 + 12_347) % 70**3
    for _ in range(3):
        left, digit = divmod(left, 70)
        made += _SYLLABLES[digit]
    return made + _SYLLABLES[kind]


def abbreviation(number: int) -> str:
    """Four capitals that no other number has."""
    left, made = number * 7919 % 26**3, ""
    for _ in range(3):
        left, digit = divmod(left, 26)
        made += chr(ord("A") + digit)
    return f"Q{made}"


def body(
    random: Random, links: Sequence[str], keys: Sequence[str], terms: Sequence[str], *, claims: bool
) -> str:
    """About 300 words with headings, lists, a table, three links, and five citations.

    With `claims`, what otherwise needs no source has one too, as texts about companies must.
    """

    def cite(number: int) -> str:
        return f" [@{keys[number % len(keys)]}]"

    def paragraph(sentences: int, number: int, more: str = "") -> str:
        said = [sentence(random) for _ in range(sentences)]
        said[-1] = said[-1].rstrip(".") + cite(number) + "."
        return " ".join([*said, more]).rstrip()

    def heading() -> str:
        return f"### {filled(random, '{a} {n} and {n}').capitalize()}"

    def items(sign: str, count: int, number: int) -> str:
        source = cite(number) if claims else ""
        said = [filled(random, "the {n} {v} the {a} {n} {w}") + source for _ in range(count)]
        return "\n".join(f"{sign} {one}" for one in said)

    def table() -> str:
        rows = [filled(random, "| {n} | {a} {n} | the {n} {v} it |") for _ in range(4)]
        rows[-1] = rows[-1][:-2] + (cite(4) if claims else "") + " |"
        return "\n".join(["| What | How | Why |", "|---|---|---|", *rows])

    named = " ".join(f"It is what {term} stands for." for term in terms)
    return "\n\n".join(
        (
            paragraph(2, 0, f"See {links[0]}. {named}"),
            heading(),
            paragraph(2, 1, f"Compare {links[1]}."),
            items("-", 4, 1),
            heading(),
            paragraph(2, 2),
            table(),
            heading(),
            paragraph(1, 3),
            items("1.", 4, 3),
            heading(),
            paragraph(2, 4, f"More is told in {links[2]}. The latest trial was {MARK}."),
        )
    )

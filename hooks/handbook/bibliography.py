"""`references.bib`: which keys there are, where they stand, and how each reads as a note.

References are formatted with pybtex in the style that mkdocs-bibtex uses, once each.
"""

from __future__ import annotations

import itertools
import re
import textwrap
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path as FilePath
from typing import Any

from handbook import processors, store
from handbook.problem import Problem
from handbook.source import MAX_BYTES, Source

_ENTRY = re.compile(
    r"@(?!(?:comment|string|preamble)\b)\w+\s*[{(]\s*([^\s,{}()=]+)\s*,", re.IGNORECASE
)
KEY_FORM = re.compile(r"[\w-]+")


class TooLongError(Exception):
    """Abbreviations of abbreviations would make a text that no memory holds."""


class _Abbreviations:
    """What a file defines with `@string`, for pybtex: at most MAX_BYTES signs are made of it."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self.known, self.left = dict(known), MAX_BYTES

    def __setitem__(self, name: str, text: str) -> None:
        self.known[name.lower()] = text

    def __getitem__(self, name: str) -> str:
        text = self.known[name.lower()]
        self.left -= len(text)
        if self.left < 0:
            raise TooLongError
        return text


@dataclass
class Bibliography:
    """The references of a handbook, by key.

    What pybtex makes of the file takes longer than all other checks together, so it is kept
    between runs in the folder `kept_in`, by the text of the file and the version of pybtex.
    """

    source: Source
    kept_in: FilePath | None = None
    lines: Mapping[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def __contains__(self, key: str) -> bool:
        return key in self.lines

    @cached_property
    def _key(self) -> str:
        return store.digest(self.source.text, store.code(), "plain style as Markdown")

    @cached_property
    def fields(self) -> Mapping[str, Mapping[str, str]]:
        """Each entry's fields as plain text, by lower-case name; `type` is its type.

        A PybtexError where the file is not BibTeX; a TooLongError where little becomes too much.
        """
        kept = store.read(self.kept_in, "fields", self._key) if self.kept_in else {}
        if not kept:
            kept = {key: _fields(entry) for key, entry in self._entries.items()}
            if self.kept_in:
                store.write(self.kept_in, "fields", self._key, kept)
        return kept

    @cached_property
    def notes(self) -> Mapping[str, str]:
        """Each reference as Markdown, ready to stand in a note."""
        kept = store.read(self.kept_in, "notes", self._key) if self.kept_in else {}
        if set(kept) != set(self.lines):
            keys, entries = list(self.lines), self._entries
            notes = processors.spread(lambda key: _format(entries[key]), keys)
            kept = dict(zip(keys, notes, strict=True))
            if self.kept_in:
                store.write(self.kept_in, "notes", self._key, kept)
        return kept

    @cached_property
    def _entries(self) -> Mapping[str, Any]:
        from pybtex.database.input.bibtex import Parser  # noqa: PLC0415 - slow, often not needed

        parser = Parser()
        parser.macros = _Abbreviations(parser.macros)
        return dict(parser.parse_string(self.source.text).entries)

    def note(self, key: str) -> str:
        """One reference as Markdown."""
        return self.notes[key]

    def html(self, key: str) -> str:
        """One reference as HTML, ready to stand in a note that Markdown has passed already."""
        return self.written[key]

    @cached_property
    def written(self) -> Mapping[str, str]:
        """Each reference as HTML."""
        kept = store.read(self.kept_in, "references", self._key) if self.kept_in else {}
        if set(kept) != set(self.lines):
            from handbook import markup  # noqa: PLC0415 - slow to load, and a check needs none

            kept = {key: markup.inline(note) for key, note in self.notes.items()}
            if self.kept_in:
                store.write(self.kept_in, "references", self._key, kept)
        return kept

    def text(self, key: str, name: str) -> str:
        """One field of an entry as plain text, or an empty text."""
        raw = self.fields[key].get(name, "")
        return re.sub(r"\\([&%$#_{}])", r"\1", re.sub(r"(?<!\\)[{}]", "", raw)).strip()


def without(text: str, keys: Collection[str]) -> str:
    """The text of a file of references without some of them."""
    for match in reversed([*_ENTRY.finditer(text)]):
        if match[1] in keys:
            after = _ANYTHING.search(text, match.end())
            text = text[: match.start()] + (text[after.start() :] if after else "")
    return text


def entries(text: str) -> list[str]:
    """The text of a file of references cut where something begins, be it an entry or not."""
    starts = [0, *(match.start() for match in _ANYTHING.finditer(text)), len(text)]
    return [text[start:end] for start, end in itertools.pairwise(starts)]


def with_letters(text: str) -> str:
    r"""A file of references with letters in place of commands for them: `{\"O}berg`, `\aa`.

    It reads as before: pybtex does the same later. Addresses have no such commands.
    """
    return _LATEX.sub(_letter, text)


def _letter(match: re.Match[str]) -> str:
    if match["letter"]:
        return _LETTERS[match["letter"]]
    if not match["on"]:
        return match[0]
    base = match["on"].strip("\\{} \n")
    letter = unicodedata.normalize("NFC", base + _ACCENTS[match["sign"] or match["word"]])
    return f"{{{letter}}}" if match["on"].startswith("{") else letter


_ACCENTS = dict(
    zip(
        "`'^~=.\"uvHckrdb",
        "\u0300\u0301\u0302\u0303\u0304\u0307\u0308"  # those written with a sign
        "\u0306\u030c\u030b\u0327\u0328\u030a\u0323\u0331",
        strict=True,
    )
)
"""The accents that LaTeX has commands for (LaTeX2e, 3.4), as Unicode's combining signs."""
_LETTERS = {
    "aa": "å", "AA": "Å", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø",
    "l": "ł", "L": "Ł", "ss": "ß", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ",
    "dj": "đ", "DJ": "Đ", "ng": "ŋ", "NG": "Ŋ",
}  # fmt: skip
_LATEX = re.compile(
    r"https?://[^\s{}]+"
    r"|\\(?:(?P<sign>[`'^~=.\"])\s*|(?P<word>[uvHckrdb])(?:\s+|(?=\{)))"
    r"(?P<on>\{\s*\\?[A-Za-z]\s*\}|\\[ij](?![A-Za-z])\s*|[A-Za-z])"
    rf"|\\(?P<letter>{'|'.join(_LETTERS)})(?![A-Za-z])(?:\{{\}}|\s+)?"
)

_ANYTHING = re.compile(r"^[ \t]*@\w+\s*[{(]", re.MULTILINE)
"""Where an entry, an abbreviation or a comment begins."""


def _fields(entry: Any) -> dict[str, str]:
    """An entry as plain text; of people it is enough to know that there are some."""
    people = {role.lower(): "someone" for role, persons in entry.persons.items() if persons}
    words = {name.lower(): str(value) for name, value in entry.fields.items() if value.strip()}
    return {**people, **words, "type": entry.type.lower()}


def load(source: Source, kept_in: FilePath | None = None) -> Bibliography:
    """Find the entries and check that each can be read, cited and written out."""
    bibliography = Bibliography(source, kept_in, problems=list(source.problems))
    if source.problems:
        return bibliography
    lines: dict[str, int] = {}
    folded: dict[str, int] = {}
    for match in _ENTRY.finditer(source.text):
        key = match[1]
        line = source.text.count("\n", 0, match.start()) + 1
        if key.lower() in folded:
            bibliography.problems.append(
                source.problem_at(
                    "HB018",
                    (line, 1),
                    f'the key "{key}" stands here a second time '
                    f"(first in line {folded[key.lower()]})",
                    "give one of the two another key",
                )
            )
        else:
            lines[key] = folded[key.lower()] = line
    bibliography.lines = lines
    if not bibliography.problems:
        bibliography.problems.extend(_unreadable(bibliography))
    if not bibliography.problems:
        bibliography.lines = {
            key: line for key, line in lines.items() if key in bibliography.fields
        }
        bibliography.problems.extend(_unusable(bibliography))
    return bibliography


def _unreadable(bibliography: Bibliography) -> list[Problem]:
    from pybtex.exceptions import PybtexError  # noqa: PLC0415 - slow, and rarely needed

    source = bibliography.source
    try:
        bibliography.fields  # noqa: B018 - reading them is the point
    except TooLongError:
        first = re.search(r"@string\b", source.text, re.IGNORECASE)
        return [
            source.problem_at(
                "HB018",
                (source.text.count("\n", 0, first.start() if first else 0) + 1, 1),
                f"the abbreviations (@string) make more than {MAX_BYTES:,} characters",
                "write out what they stand for, where it is needed",
            )
        ]
    except PybtexError as error:
        line = getattr(error, "lineno", None) or 1
        words = textwrap.shorten(str(error), 200)
        return [
            source.problem_at(
                "HB018",
                (int(line), 1),
                f"this is not BibTeX: {words}",
                "look for a missing comma or a brace that is not closed, here or just above",
            )
        ]
    return []


_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "article": ("author", "title", "journal", "year"),
    "book": ("author editor", "title", "publisher", "year"),
    "booklet": ("title",),
    "inbook": ("author editor", "title", "chapter pages", "publisher", "year"),
    "incollection": ("author", "title", "booktitle", "publisher", "year"),
    "inproceedings": ("author", "title", "booktitle", "year"),
    "manual": ("title",),
    "mastersthesis": ("author", "title", "school", "year"),
    "misc": ("title",),
    "online": ("title", "url"),
    "phdthesis": ("author", "title", "school", "year"),
    "proceedings": ("title", "year"),
    "techreport": ("author", "title", "institution", "year"),
    "unpublished": ("author", "title", "note"),
}
"""The fields that BibTeX asks of each type (btxdoc, section 3.1); of several in one text, any."""


def _unusable(bibliography: Bibliography) -> Iterator[Problem]:
    """Entries that no note can be made of, and addresses that could do harm in one."""
    for key, line in bibliography.lines.items():
        entry = bibliography.fields[key]
        required = _REQUIRED.get(entry["type"])
        message = hint = ""
        if not KEY_FORM.fullmatch(key):
            message = f'the key "{key}" cannot be cited'
            hint = "use letters, digits, hyphens and underscores"
        elif required is None:
            message = f"there is no type of entry @{entry['type']}"
            hint = f"the types are {', '.join(_REQUIRED)}"
        elif missing := [names for names in required if not set(names.split()) & set(entry)]:
            message = f'the entry "{key}" has no {missing[0].replace(" ", " or ")}'
            hint = f"add {missing[0].split()[0]} = {{…}}"
        elif not _ADDRESS.fullmatch(entry.get("url", "https://")):
            message = f'the url of "{key}" is no web address'
            hint = "begin with https:// and use no spaces, quotes or angle brackets"
        elif re.search(r"[\s<>\"()\[\]]", entry.get("doi", "")):
            message = f'the doi of "{key}" is none'
            hint = "copy it without https://doi.org/: 10.1000/182"
        if message:
            yield bibliography.source.problem_at("HB018", (line, 1), message, hint)


_ADDRESS = re.compile(r"https?://[^\s<>\"'\\^`{|}]*")


def _format(entry: Any) -> str:
    """As mkdocs-bibtex writes it: pybtex's plain style as Markdown, on one line.

    A title in another language (biblatex's `langid`) is marked as that.
    """
    language = _language(entry.fields.get("langid", ""))
    text = str(
        _style().format_entry("", _in_marks(entry) if language else entry).text.render(_backend())
    )
    text = text.replace("\n", " ").replace("\\(", "(").replace("\\)", ")").replace("\\.", ".")
    return text.replace(_TITLE, "[").replace(_TITLE_END, f"]{{lang={language}}}")


_TITLE, _TITLE_END = "\ue004", "\ue005"


def _in_marks(entry: Any) -> Any:
    """A copy whose title stands between marks, in braces, so that no letter of it is changed."""
    from pybtex.database import Entry  # noqa: PLC0415 - slow, and often not needed

    fields = {**entry.fields, "title": f"{{{_TITLE}{entry.fields['title']}{_TITLE_END}}}"}
    return Entry(entry.type, fields, entry.persons)


@cache
def _language(name: str) -> str:
    """The code (BCP 47) of a language that babel and biblatex call by its English name."""
    from babel import Locale  # noqa: PLC0415 - slow, and often not needed

    codes = {words.lower(): str(code) for code, words in Locale("en").languages.items()}
    return {"ngerman": "de", "norsk": "nb", "nynorsk": "nn"}.get(name) or codes.get(name, "")


@cache
def _style() -> Any:
    """The style; making one costs 30 ms, because pybtex looks through all installed packages."""
    from pybtex.style.formatting.plain import Style  # noqa: PLC0415 - slow, and rarely needed

    return Style()


@cache
def _backend() -> Any:
    from pybtex.backends.markdown import Backend  # noqa: PLC0415 - slow, and rarely needed

    return Backend()

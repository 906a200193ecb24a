"""What may be told today: people and companies agree to it for a time, and may say no.

Before anything is published, the data is read once more without what nobody agreed to. All that is
made (pages, search, calendars, data, feed, PDF) is made of that copy, so that nothing else has to
remember to be discreet. What refers to a record that is gone then says 'a lecturer' or 'a company'.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path as FilePath
from typing import Any, cast
from urllib.parse import unquote

from handbook import bibliography, book, schema
from handbook.book import Book, Key
from handbook.problem import Path, Problem
from handbook.source import Folder, Plain, Source, Tree

_MORE: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "lecturers": {
        "bio": ("summary", "title", "organisations", "body"),
        "contact": ("email", "orcid", "url"),
    },
    "cases": {
        "bio": ("summary", "figures", "look_for", "events", "body", "questions"),
        "contact": ("website",),
    },
}
"""The fields that are shown only if `scope` has more than the name."""

_SHORTEST = 4
"""Letters of a name that is looked for inside addresses on the web, too."""


@dataclass(frozen=True)
class Veil:
    """What is not told: whole records, some fields of others, and the names of the former.

    `ids` has every id that a hidden record has or had; `names` what it is called, each with the
    words to stand for it; `sources` the keys of references that only hidden records cite;
    `addresses` where they are on the web.
    """

    hidden: frozenset[Key] = frozenset()
    fields: Mapping[Key, tuple[str, ...]] = field(default_factory=dict)
    ids: frozenset[Key] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)
    sources: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()

    def text(self, text: str) -> str:
        """A text without links to what is not told, and without its names."""
        if not self.ids:
            return text
        text = self._undefined(unicodedata.normalize("NFC", text))
        text = self._inward.sub(_unlinked, text)
        text = _OUTWARD.sub(self._without_address, text)
        return self._words.sub(self._unnamed, text)

    def references(self, text: str) -> str:
        """The text of references.bib without what only hidden records cite, and without names."""
        if not self.ids:
            return text
        text = bibliography.without(unicodedata.normalize("NFC", text), self.sources)
        text = _FIELD.sub(lambda one: "" if self.gives_away(one[1]) else one[0], text)
        lines = text.split("\n")
        return "\n".join(
            one if _HEAD.match(one) else self._words.sub(self._in_braces, one) for one in lines
        )

    def value(self, value: Plain) -> Plain:
        """Plain data in which every text is as `text` has it."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.value(one) for one in value]
        if isinstance(value, dict):
            return {name: self.value(one) for name, one in value.items()}
        return value

    def gives_away(self, address: str) -> bool:
        """Whether an address on the web has one of the names in it, or is theirs."""
        packed = _pack(unquote(address))
        return any(name in packed for name in self._packed)

    @cached_property
    def contacts(self) -> frozenset[str]:
        """Addresses and numbers of theirs, which stand in fields of their own."""
        return frozenset(name for name in self.names if "@" in name or name[:1].isdigit())

    @cached_property
    def _words(self) -> re.Pattern[str]:
        """Each name as a group, longest first: as it is written, and with emphasis inside it."""
        found = []
        for number, name in enumerate(self._named):
            words = [re.escape(word) for word in name.split()]
            plain, parted = r"\s+".join(words), _BETWEEN.join(words)
            if "@" in name:
                plain = f"<{plain}>|{plain}"
            elif len(words) > 1:
                plain = f"(?i:{plain})|[*_]{{0,3}}(?i:{parted})[*_]{{0,3}}"
            found.append(f"(?P<n{number}>{plain})")
        return re.compile(rf"(?<![^\W_])(?:{'|'.join(found) or '(?!)'})(?![^\W_])")

    @cached_property
    def _named(self) -> tuple[str, ...]:
        return tuple(sorted(self.names, key=lambda name: (-len(name), name)))

    @cached_property
    def _inward(self) -> re.Pattern[str]:
        return re.compile(rf"!?{_LABEL}\(/({self._hidden})(?![\w-])(?:[^()]|\([^()]*\))*+\)")

    @cached_property
    def _hidden(self) -> str:
        return "|".join(f"{name}/{record_id}" for name, record_id in sorted(self.ids))

    @cached_property
    def _packed(self) -> tuple[str, ...]:
        packed = (_pack(one) for one in (*self.names, *self.addresses))
        return tuple(one for one in packed if len(one) >= _SHORTEST)

    def _undefined(self, text: str) -> str:
        """The text without definitions of links to what is hidden, and without their uses."""
        if "]:" not in text:
            return text
        hidden = re.compile(
            rf"^ {{0,3}}\[([^\[\]]+)\]:[ ]*<?/({self._hidden})(?![\w-]).*$", re.MULTILINE
        )
        labels = {match[1]: match[2] for match in hidden.finditer(text)}
        text = hidden.sub("", text)
        for label, record in labels.items():
            name = re.escape(label)
            uses = re.compile(rf"{_LABEL}\[{name}\]|\[{name}\](?:\[\])?")
            words = book.INSTEAD[record.partition("/")[0]]
            text = uses.sub(partial(_begun, words=words), text)
        return text

    def _without_address(self, match: re.Match[str]) -> str:
        target = match["target"] or match["bare"] or match["mail"]
        if match["mail"]:
            return match["label"] if target in self.names else match[0]
        return (match["label"] or "") if self.gives_away(target) else match[0]

    def _unnamed(self, match: re.Match[str]) -> str:
        return _begun(match, self._stand_in(match))

    def _in_braces(self, match: re.Match[str]) -> str:
        return f"{{{_begun(match, self._stand_in(match))}}}"

    def _stand_in(self, match: re.Match[str]) -> str:
        return self.names[self._named[int((match.lastgroup or "n0")[1:])]]


_BETWEEN = r"(?:[\s*_>\\\u00ad]|&nbsp;|&shy;)+"
"""What may stand between two parts of one name in Markdown."""
_LABEL = r"\[(?P<label>(?:[^\[\]]|\[[^\[\]]*\])*+)\]"
_HEAD = re.compile(r"\s*@\w+\s*[{(]")
"""The first line of an entry, with its key."""
_FIELD = re.compile(
    r"\b(?:url|doi|howpublished)\s*=\s*[{\"]+([^{}\"\n]*)[}\"]+\s*,?", re.IGNORECASE
)
_OUTWARD = re.compile(
    rf"{_LABEL}\((?:(?P<target>https?://(?:[^\s()]|\([^\s()]*\))++)|mailto:(?P<mail>[^\s()]++))[^()]*\)"
    r"|<?(?P<bare>https?://[^\s<>()]++)>?"
)


def _pack(text: str) -> str:
    """A text's letters and digits alone: `https://www.example-company.org` is examplecompanyorg."""
    bare = re.sub(r"^https?://(?:www\.)?", "", text.lower())
    letters = unicodedata.normalize("NFKD", bare)
    return "".join(one for one in letters if one.isalnum())


def _unlinked(match: re.Match[str]) -> str:
    return _begun(match, book.INSTEAD[match[2].partition("/")[0]])


def _begun(match: re.Match[str], words: str) -> str:
    """Words as they stand where something was found: with a capital where a sentence begins."""
    begins = _BEGINNING.search(match.string, max(0, match.start() - 100), match.start())
    return words[:1].upper() + words[1:] if begins else words


_BEGINNING = re.compile(r"(?:\A|[.!?:]\s+|\n\n|^[ ]*[-*#>|]+[ ])[ *_]*\Z", re.MULTILINE)
"""What ends where a sentence, a paragraph, a heading or an item of a list begins."""


# --- What is not told ------------------------------------------------------------------------


def veil(whole: Book, today: dt.date) -> Veil:
    """What the records' `publish` leaves untold on a day."""
    hidden, fields = set(), {}
    for collection, more in _MORE.items():
        for record_id, record in _records(whole, collection).items():
            publish, key = record.publish, (collection, record_id)
            if publish and not allows(publish, today):
                hidden.add(key)
            elif publish and publish.scope:
                kept_back = (names for scope, names in more.items() if scope not in publish.scope)
                fields[key] = tuple(name for names in kept_back for name in names)
    if not hidden:
        return Veil(fields=fields)
    names = {
        unicodedata.normalize("NFC", " ".join(name.split())): book.INSTEAD[key[0]]
        for key in sorted(hidden)
        for name in _names(whole, key, hidden)
    }
    only_theirs = {key for key in whole.backlinks if _is_of(whole, key, hidden)}
    files = _files(whole, hidden)
    return Veil(
        frozenset(hidden | only_theirs),
        fields,
        frozenset((key[0], one) for key in hidden for one in _ids(whole, key)),
        names,
        frozenset(_cited(whole, files, inside=True) - _cited(whole, files, inside=False)),
        frozenset(one for key in hidden for one in _addresses(whole, key)),
    )


def allows(publish: schema.Publish, today: dt.date) -> bool:
    """Whether a record may be told of at all on a day: nothing of it is, without its name."""
    begun = publish.from_ is None or publish.from_ <= today
    lasts = publish.until is None or today <= publish.until
    named = not publish.scope or "name" in publish.scope
    return begun and lasts and named and not publish.withheld


def _ids(whole: Book, key: Key) -> tuple[str, ...]:
    return key[1], *_records(whole, key[0])[key[1]].former_ids


def _names(whole: Book, key: Key, hidden: Collection[Key]) -> Iterator[str]:
    """What a hidden record is called; and its organisation, if that is told of nowhere else."""
    record = whole.records(key[0])[key[1]]
    if isinstance(record, schema.Lecturer):
        yield from filter(None, (record.name, *record.aliases, record.email, record.orcid))
        first, _, last = record.name.rpartition(" ")
        if first:
            yield f"{last}, {first}"  # as references.bib may have it
    elif isinstance(record, schema.Case):
        yield record.title  # its aliases are words to search for, and not names
        about = record.organisation
        if about:
            organisation = whole.organisations[about]
            names = (organisation.name, organisation.short, organisation.native_name)
            given_away = any(record.title in (name or "") for name in names)
            if given_away or _is_of(whole, ("organisations", about), hidden):
                yield from filter(None, names)


def _addresses(whole: Book, key: Key) -> Iterator[str]:
    """Where a hidden record is on the web."""
    for passage in schema.urls(whole.records(key[0])[key[1]]):
        if passage.path in (("url",), ("website",)):
            yield passage.text


def _is_of(whole: Book, key: Key, hidden: Collection[Key]) -> bool:
    """Whether it is an organisation that nothing but hidden records refers to."""
    return key[0] == "organisations" and set(whole.backlinks[key]) <= set(hidden)


def _files(whole: Book, keys: Collection[Key]) -> frozenset[str]:
    return frozenset(whole.origins[key].source.file for key in keys)


def _cited(whole: Book, files: Collection[str], *, inside: bool) -> set[str]:
    """The references that are cited inside some files, or outside of them."""
    cited = {
        citation.name
        for text in whole.texts
        if (text.source.file in files) is inside
        for group in text.citations
        for citation in group.citations
    }
    named = {
        mention.id
        for key, mentions in whole.mentions.items()
        if (whole.origins[key].source.file in files) is inside
        for mention in mentions
        if mention.collection == "references"
    }
    return cited | named


# --- The data without it ---------------------------------------------------------------------


def redacted(root: FilePath, whole: Book, today: dt.date) -> tuple[Book, Veil]:
    """The same book as it may be published on a day, and what that hides.

    Raises LeftoverError where what is left would make no book; nothing is to be published then.
    """
    agreed = (record.publish for name in _MORE for record in _records(whole, name).values())
    if not any(agreed):
        return whole, Veil()
    hides = veil(whole, today)
    told, problems = book.load(root, _Told(Folder(root), whole, hides))
    if any(problem.severity == "error" for problem in problems):
        told_of = "; ".join(map(str, problems))
        raise LeftoverError(f"Without what may not be told, the data is not whole: {told_of}")
    return told, hides


def _records(whole: Book, collection: str) -> Mapping[str, schema.Lecturer | schema.Case]:
    return cast("Mapping[str, schema.Lecturer | schema.Case]", whole.records(collection))


class LeftoverError(Exception):
    """What is left of the data without what may not be told is no handbook's data."""


class _Told:
    """The files of a handbook as they would be, had nobody written what is not to be told."""

    def __init__(self, tree: Tree, whole: Book, veil: Veil) -> None:
        self.tree = tree
        self.whole = whole
        self.veil = veil
        self.sources = {one.file: one for one in whole.sources}
        self.hidden = _files(whole, veil.hidden)
        self.records: dict[str, list[Key]] = {}
        for key, origin in whole.origins.items():
            self.records.setdefault(origin.source.file, []).append(key)

    def names(self, folder: str) -> list[str]:
        """As `Tree` has it, without the files of hidden records; likewise below."""
        return [one for one in self.tree.names(folder) if f"{folder}/{one}" not in self.hidden]

    def files(self, folder: str) -> list[str]:
        """The paths of all files below a folder."""
        return [one for one in self.tree.files(folder) if one not in self.hidden]

    def astray(self, folder: str) -> list[Problem]:
        """Nothing: links were judged when the whole book was read."""
        del folder
        return []

    def has(self, file: str) -> bool:
        """Whether there is such a file, and it may be told of."""
        return file not in self.hidden and self.tree.has(file)

    def read(self, file: str) -> Source:
        """The data of a file without what is not told."""
        source = self.sources[file]
        data = deepcopy(source.data)
        gone: set[Path] = set()
        for key in self.records.get(file, ()):
            start, entity = self.whole.origins[key].path, self.whole.records(key[0])[key[1]]
            gone |= {(*start, one) for one in ("publish", *self.veil.fields.get(key, ()))}
            for mention in self.whole.mentions[key]:
                if (mention.collection, mention.id) in self.veil.hidden:
                    _change(data, (*start, *mention.path), lambda _: book.WITHHELD)
            for path in schema.free(entity):
                _change(data, (*start, *path), self.veil.text)
            for passage in schema.urls(entity):
                if self.veil.gives_away(passage.text):
                    gone.add((*start, *_up_to_its_list(passage.path)))
        gone |= {_up_to_its_list(path) for path, text in _texts(data) if text in self.veil.contacts}
        for path in sorted(gone, key=_last_first, reverse=True):
            _drop(data, path)
        return source if data == source.data else replace(source, data=data, text="", kept={})

    def read_text(self, file: str) -> Source:
        """A page, or the references, without what is not told."""
        source = self.tree.read_text(file)
        told = self.veil.references if file.endswith(".bib") else self.veil.text
        text = told(source.text)
        return source if text == source.text else replace(source, text=text, kept={})


def _change(data: Plain, path: Path, how: Callable[[str], str]) -> None:
    """Change a text; where a short form stands for fields, that."""
    inside: Any = data
    for number, step in enumerate(path):
        found = inside[step]
        if isinstance(found, str) or number == len(path) - 1:
            inside[step] = how(found)
            return
        inside = found


def _texts(data: Plain, path: Path = ()) -> Iterator[tuple[Path, str]]:
    if isinstance(data, str):
        yield path, data
    elif isinstance(data, list):
        for number, one in enumerate(data):
            yield from _texts(one, (*path, number))
    elif isinstance(data, dict):
        for name, one in data.items():
            yield from _texts(one, (*path, name))


def _drop(data: Plain, path: Path) -> None:
    inside = _at(data, path[:-1])
    if path[-1] in inside or isinstance(path[-1], int):
        del inside[path[-1]]


def _at(data: Plain, path: Path) -> Any:
    found: Any = data
    for step in path:
        found = found[step]
    return found


def _up_to_its_list(path: Path) -> Path:
    """The field with an address; of a list of links, the whole link."""
    numbers = [place for place, step in enumerate(path) if isinstance(step, int)]
    return path[: numbers[-1] + 1] if numbers else path


def _last_first(path: Path) -> tuple[tuple[int, str], ...]:
    """An order of paths in which those of one list stand by their numbers."""
    return tuple((step, "") if isinstance(step, int) else (-1, step) for step in path)

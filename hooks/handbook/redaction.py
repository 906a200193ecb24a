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

from handbook import bibliography, book, git, schema
from handbook.book import Book, Key
from handbook.problem import Path, Problem
from handbook.source import Folder, Plain, Source, Tree, read_bytes

_MORE: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "lecturers": {
        "bio": ("summary", "title", "organisations", "body"),
        "contact": ("email", "orcid", "url"),
    },
    "cases": {
        "bio": (
            *("summary", "town", "place", "makes", "licence"),
            *("figures", "look_for", "events", "body", "questions"),
        ),
        "contact": ("website",),
    },
}
"""The fields that are shown only if `scope` has more than the name.

Of a case all that is said of it; not what the course does with it: its kind, its stages, the rules
that bite there, the editions that used it.
"""

_CALLED: Mapping[str, tuple[str, ...]] = {
    "lecturers": ("name", "aliases", "email", "orcid"),
    "cases": ("title",),  # its aliases are words to search for, and not names
    "organisations": ("name", "short", "native_name"),
}
"""The fields with what a record is called."""
_FOUND_AT: Mapping[str, tuple[str, ...]] = {
    "lecturers": ("url",),
    "cases": ("website",),
    "organisations": ("url",),
}
"""The fields with where it is on the web."""

_SHORTEST = 4
"""Letters of a name that is looked for inside addresses on the web, too."""


@dataclass(frozen=True)
class Veil:
    """What is not told: whole records, some fields of others, and the names of the former.

    `ids` has every id that a hidden record has or had; `names` what it is called, each with the
    words to stand for it; `sources` the keys of references that only hidden records cite;
    `addresses` where they are on the web. `private` has the e-mail addresses and the like that are
    not told of those who are, each with their name.
    """

    hidden: frozenset[Key] = frozenset()
    fields: Mapping[Key, tuple[str, ...]] = field(default_factory=dict)
    ids: frozenset[Key] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)
    sources: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    private: Mapping[str, str] = field(default_factory=dict)

    def text(self, text: str) -> str:
        """A text without links to what is not told, and without its names."""
        if not (self.ids or self.private or self.sources):
            return text
        told = self._undefined(unicodedata.normalize("NFC", text))
        told = self._inward.sub(_unlinked, told)
        told = _OUTWARD.sub(self._without_address, told)
        told = self._words.sub(self._unnamed, told)
        return told if told.strip() or not text.strip() else book.WITHHELD

    def references(self, text: str) -> str:
        """The text of references.bib without what only hidden records cite, and without names."""
        if not (self.ids or self.private or self.sources):
            return text
        text = bibliography.without(unicodedata.normalize("NFC", text), self.sources)
        entries = bibliography.entries(bibliography.with_letters(text))
        return "".join(self._reference(one) for one in entries)

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
        plain = unquote(address)
        packed = _pack(plain)
        return any(name in packed for name in self._packed) or bool(
            self._theirs.search(plain) or self._words.search(plain)
        )

    def whose(self, address: str) -> str | None:
        """Whose address it is that may be named, and not it."""
        return self._places.get(_bare(address))

    @cached_property
    def contacts(self) -> frozenset[str]:
        """Addresses and numbers of theirs, which stand in fields of their own."""
        return frozenset(name for name in self.names if "@" in name or name[:1].isdigit())

    @cached_property
    def _said(self) -> Mapping[str, str]:
        """All that is found in texts, each with what is said instead."""
        return {name: told for name, told in self.private.items() if not _is_web(name)} | {
            **self.names
        }

    @cached_property
    def _places(self) -> Mapping[str, str]:
        return {_bare(one): whose for one, whose in self.private.items() if _is_web(one)}

    @cached_property
    def _words(self) -> re.Pattern[str]:
        """Each name as a group, longest first: as it is written, and with emphasis inside it."""
        found = []
        for number, name in enumerate(self._named):
            words = [re.escape(word) for word in name.split()]
            plain, parted = r"\s+".join(words), _BETWEEN.join(words)
            if "@" in name:
                plain = f"(?i:<(?:mailto:)?{plain}>|(?:mailto:)?{plain})"
            elif len(words) > 1:
                plain = f"(?i:{plain})|[*_]{{0,3}}(?i:{parted})[*_]{{0,3}}"
            found.append(f"(?P<n{number}>{plain})")
        return re.compile(rf"(?<![^\W_])(?:{'|'.join(found) or '(?!)'})(?![^\W_])")

    @cached_property
    def _words_in_braces(self) -> re.Pattern[str]:
        """The same as BibTeX has them, with braces around any part; not in the key of an entry."""
        found = []
        for number, name in enumerate(self._named):
            words = [r"[{}]*".join(map(re.escape, word)) for word in name.split()]
            anyhow = "(?i:" if len(words) > 1 or "@" in name else "(?:"
            found.append(f"(?P<n{number}>{anyhow}{_BETWEEN_IN_BRACES.join(words)}))")
        names = "|".join(found) or "(?!)"
        return re.compile(rf"(?P<key>{_KEY})|(?<![^\W_])(?:{names})(?![^\W_])")

    @cached_property
    def _named(self) -> tuple[str, ...]:
        return tuple(sorted(self._said, key=lambda name: (-len(name), name)))

    @cached_property
    def _inward(self) -> re.Pattern[str]:
        """Links of this site to what is hidden: pages, calendars, data, sources."""
        way = rf"(?![A-Za-z][\w+.-]*:)[^\s()]*?{self._theirs.pattern}"
        return re.compile(rf"!?{_LABEL}\({way}(?:[^()]|\([^()]*\))*+\)")

    @cached_property
    def _theirs(self) -> re.Pattern[str]:
        hidden = "|".join(f"{name}/{record_id}" for name, record_id in sorted(self.ids))
        sources = "|".join(map(re.escape, sorted(self.sources)))
        return re.compile(
            rf"(?<![\w-])(?:(?P<hidden>{hidden or '(?!)'})"
            rf"|references/#ref-(?:{sources or '(?!)'}))(?![\w-])"
        )

    @cached_property
    def _packed(self) -> tuple[str, ...]:
        packed = (_pack(one) for one in (*self._said, *self.addresses))
        return tuple(one for one in packed if len(one) >= _SHORTEST)

    def _undefined(self, text: str) -> str:
        """The text without definitions of links to what is hidden, and without their uses."""
        if "]:" not in text:
            return text
        words: dict[str, str] = {}

        def defined(match: re.Match[str]) -> str:
            inward = None if _is_web(match["target"]) else self._theirs.search(match["target"])
            if inward:
                words[match["label"]] = _instead(inward)
            elif self.whose(match["target"]) or self.gives_away(match["target"]):
                words[match["label"]] = ""
            return "" if match["label"] in words else match[0]

        text = _DEFINED.sub(defined, text)
        for label, instead in words.items():
            name = re.escape(label)
            uses = re.compile(rf"!?{_LABEL}\[{name}\]|!?\[(?P<itself>{name})\](?:\[\])?")
            text = uses.sub(partial(_unlinked, instead=instead), text)
        return text

    def _without_address(self, match: re.Match[str]) -> str:
        if match["mail"]:
            mail = unquote(match["mail"].partition("?")[0])
            return match["label"] if self._words.fullmatch(mail) else match[0]
        if match["target"]:
            untold = self.whose(match["target"]) or self.gives_away(match["target"])
            return match["label"] if untold else match[0]
        address = match["bare"].rstrip(_AFTER)
        after = match["bare"][len(address) :]
        if whose := self.whose(address):
            return f"{whose}{after}"
        return after if self.gives_away(address) else match[0]

    def _unnamed(self, match: re.Match[str]) -> str:
        return _begun(match, self._stand_in(match))

    def _reference(self, entry: str) -> str:
        """One entry of references.bib; one that was online, and is no more, is something else."""
        told = _FIELD.sub(self._without_field, entry)
        if told != entry:
            told = re.sub(r"@online\b", "@misc", told, flags=re.IGNORECASE)
        told = _IN_BIBTEX.sub(lambda one: "" if self._untold(one[1] or one[0]) else one[0], told)
        return self._words_in_braces.sub(self._in_braces, told)

    def _without_field(self, match: re.Match[str]) -> str:
        address = re.sub(r"\\url|[{}\s]", "", match[1] or match[2] or "")
        return "" if self._untold(address) else match[0]

    def _untold(self, address: str) -> bool:
        return self.whose(address) is not None or self.gives_away(address)

    def _in_braces(self, match: re.Match[str]) -> str:
        """Words in braces, which keep them as they are; braces that were cut in two stay."""
        if match["key"]:
            return match[0]
        opened = closed = 0
        for sign in match[0]:
            if sign == "{":
                opened += 1
            elif sign == "}" and opened:
                opened -= 1
            elif sign == "}":
                closed += 1
        return f"{'}' * closed}{{{_begun(match, self._stand_in(match))}}}{'{' * opened}"

    def _stand_in(self, match: re.Match[str]) -> str:
        return self._said[self._named[int((match.lastgroup or "n0")[1:])]]


_BETWEEN = r"(?:[\s*_>\\\u00ad]|&nbsp;|&shy;)+"
"""What may stand between two parts of one name in Markdown."""
_BETWEEN_IN_BRACES = r"(?:[\s{}~]|\\[ ,-])+"
"""The same in BibTeX."""
_LABEL = r"\[(?P<label>(?:[^\[\]]|\[[^\[\]]*\])*+)\]"
_DEFINED = re.compile(
    r"^ {0,3}\[(?!\^)(?P<label>[^\[\]]+)\]:[ ]*<?(?P<target>[^\s<>]+)>?.*$", re.MULTILINE
)
"""What a link leads to that is used further up: `[label]: https://example.org`."""
_KEY = r"@\w+\s*[{(]\s*[^\s,{}()=]+\s*,"
"""How an entry begins."""
_FIELD = re.compile(
    r"\b(?:url|doi|howpublished)\s*=\s*(?:\{((?:[^{}]|\{[^{}]*\})*)\}|\"([^\"]*)\")\s*,?",
    re.IGNORECASE,
)
_IN_BIBTEX = re.compile(r"\\url\s*\{([^{}]*)\}|https?://[^\s{}\"<>,]+")
_OUTWARD = re.compile(
    rf"{_LABEL}\((?:(?P<target>https?://(?:[^\s()]|\([^\s()]*\))++)|mailto:(?P<mail>[^\s()]++))[^()]*\)"
    r"|<?(?P<bare>https?://[^\s<>()]++)>?"
)
_AFTER = ".,;:!?*_'\""
"""What ends a sentence, and no address."""


def _is_web(address: str) -> bool:
    return address.lower().startswith(("http://", "https://"))


def _bare(address: str) -> str:
    """An address on the web as another person may have written it."""
    return re.sub(r"^https?://(?:www\.)?|/$", "", address.lower())


def _pack(text: str) -> str:
    """A text's letters and digits alone: `https://www.example-company.org` is examplecompanyorg."""
    bare = re.sub(r"^https?://(?:www\.)?", "", text.lower())
    letters = unicodedata.normalize("NFKD", bare)
    return "".join(one for one in letters if one.isalnum())


def _instead(match: re.Match[str]) -> str:
    """What is said in place of a link to something hidden; nothing where its label may stay."""
    return book.INSTEAD.get((match["hidden"] or "").partition("/")[0], "")


def _unlinked(match: re.Match[str], instead: str | None = None) -> str:
    words = _instead(match) if instead is None else instead
    return _begun(match, words) if words else next(filter(None, _labels(match)), "")


def _labels(match: re.Match[str]) -> Iterator[str | None]:
    return (match.groupdict().get(name) for name in ("label", "itself"))


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
    for key, publish in _agreed(whole).items():
        if publish and not allows(publish, today):
            hidden.add(key)
        elif publish and publish.scope:
            more = _MORE[key[0]].items()
            kept_back = (names for scope, names in more if scope not in publish.scope)
            fields[key] = tuple(name for names in kept_back for name in names)
    only_theirs = {key for key in whole.backlinks if _is_of(whole, key, hidden)}
    private = {
        detail: key
        for key, names in fields.items()
        if set(names) & set(_MORE[key[0]]["contact"])
        for detail in _details(whole, key)
    }
    owners = hidden | only_theirs | set(private.values())
    owners |= {key for key in whole.backlinks if _is_of(whole, key, owners)}
    common = {_bare(one) for one in _told_of(whole, owners)} if owners else set()
    files = _files(whole, hidden)
    gone = dict.fromkeys(files, ((),)) | {
        whole.origins[key].source.file: tuple((name,) for name in names)
        for key, names in fields.items()
    }
    return Veil(
        hidden=frozenset(hidden | only_theirs),
        fields=fields,
        ids=frozenset((key[0], one) for key in hidden for one in _ids(whole, key)),
        names={
            _as_text(name): book.INSTEAD[key[0]]
            for key in sorted(hidden)
            for name in _names(whole, key, hidden)
            if _bare(name) not in common
        },
        sources=frozenset(_cited(whole, gone, inside=True) - _cited(whole, gone, inside=False)),
        addresses=frozenset(
            one
            for key in hidden | only_theirs
            for one in _found_in(_data(whole, key), _FOUND_AT.get(key[0], ()))
            if _bare(one) not in common
        ),
        private={
            _as_text(detail): _as_text(next(_called(key[0], _data(whole, key))))
            for detail, key in private.items()
            if _bare(detail) not in common
        },
    )


def allows(publish: schema.Publish, today: dt.date) -> bool:
    """Whether a record may be told of at all on a day: nothing of it is, without its name."""
    begun = publish.from_ is None or publish.from_ <= today
    lasts = publish.until is None or today <= publish.until
    named = not publish.scope or "name" in publish.scope
    return begun and lasts and named and not publish.withheld


def _ids(whole: Book, key: Key) -> tuple[str, ...]:
    return key[1], *getattr(whole.records(key[0])[key[1]], "former_ids", ())


def _names(whole: Book, key: Key, hidden: Collection[Key]) -> Iterator[str]:
    """What a hidden record is called; and its organisation, if that is told of nowhere else."""
    yield from _called(key[0], _data(whole, key))
    record = whole.records(key[0])[key[1]]
    if isinstance(record, schema.Case) and record.organisation:
        about = ("organisations", record.organisation)
        names = tuple(_called(about[0], _data(whole, about)))
        if any(record.title in name for name in names) or _is_of(whole, about, hidden):
            yield from names


def _called(collection: str, data: Plain) -> Iterator[str]:
    """What the data of a record says that it is called; people also as references.bib has them."""
    for name in _found_in(data, _CALLED[collection]):
        yield name
        words = name.split() if collection == "lecturers" else ()
        for first in range(1, len(words)):
            yield f"{' '.join(words[first:])}, {' '.join(words[:first])}"


def _found_in(data: Plain, names: Collection[str]) -> Iterator[str]:
    """The texts in some fields of a record, one by one."""
    for name in names:
        found = data.get(name) if isinstance(data, dict) else None
        for one in found if isinstance(found, list) else [found]:
            if isinstance(one, str) and one.strip() not in ("", schema.UNWRITTEN):
                yield one


def _data(whole: Book, key: Key) -> Plain:
    origin = whole.origins[key]
    return cast("Plain", _at(origin.source.data, origin.path))


def _details(whole: Book, key: Key) -> Iterator[str]:
    """How to reach a record: its own addresses, and of a company also those of its organisation."""
    yield from _found_in(_data(whole, key), _MORE[key[0]]["contact"])
    record = whole.records(key[0])[key[1]]
    if isinstance(record, schema.Case) and record.organisation:
        about = ("organisations", record.organisation)
        if _is_of(whole, about, {key}):
            yield from _found_in(_data(whole, about), _FOUND_AT[about[0]])


def _told_of(whole: Book, owners: Collection[Key]) -> Iterator[str]:
    """The addresses of all others: what somebody shares with these is no secret of theirs."""
    for key, entity in whole.entities():
        if key not in owners:
            yield from (one.text for one in schema.urls(entity) if len(one.path) == 1)
            if isinstance(entity, schema.Lecturer) and entity.email:
                yield entity.email


def _as_text(name: str) -> str:
    """A name as it is looked for: one space between words, letters with their accents."""
    return unicodedata.normalize("NFC", " ".join(name.split()))


def _is_of(whole: Book, key: Key, hidden: Collection[Key]) -> bool:
    """Whether it is an organisation that nothing but hidden records refers to."""
    return key[0] == "organisations" and set(whole.backlinks[key]) <= set(hidden)


def _files(whole: Book, keys: Collection[Key]) -> frozenset[str]:
    return frozenset(whole.origins[key].source.file for key in keys)


def _cited(whole: Book, gone: Mapping[str, Collection[Path]], *, inside: bool) -> set[str]:
    """The references that are cited inside what is gone of some files, or outside of it."""

    def wanted(file: str, path: Path) -> bool:
        return any(path[: len(one)] == one for one in gone.get(file, ())) is inside

    cited = {
        citation.name
        for text in whole.texts
        if wanted(text.source.file, text.path)
        for group in text.citations
        for citation in group.citations
    }
    named = {
        mention.id
        for key, mentions in whole.mentions.items()
        for mention in mentions
        if mention.collection == "references"
        if wanted(whole.origins[key].source.file, mention.path)
    }
    return cited | named


# --- What it was called before ---------------------------------------------------------------


def remembering(root: FilePath, whole: Book, hides: Veil) -> Veil:
    """The same, with what hidden records were called before: for what is told of the past.

    Their names of old are found there and not in what is written today, because a title of before
    may be words like any others. Nor is what others are called today: a record may have begun as
    a copy of theirs.
    """
    names: dict[str, str] = {}
    addresses: set[str] = set()
    told = {
        _as_text(name)
        for collection in _CALLED
        for record_id in whole.records(collection)
        if (collection, record_id) not in hides.hidden
        for name in _called(collection, _data(whole, (collection, record_id)))
    }
    common = {_bare(one) for one in _told_of(whole, hides.hidden)}
    for key in sorted(hides.hidden):
        instead = book.INSTEAD.get(key[0], book.INSTEAD["cases"])
        files = [f"data/{key[0]}/{one}.yml" for one in _ids(whole, key)]
        for data in _earlier(root, files):
            names |= dict.fromkeys(map(_as_text, _called(key[0], data)), instead)
            addresses |= set(_found_in(data, _FOUND_AT[key[0]]))
    known = {name: words for name, words in names.items() if name not in told}
    return replace(
        hides,
        names={**known, **hides.names},
        addresses=hides.addresses | {one for one in addresses if _bare(one) not in common},
    )


def _earlier(root: FilePath, files: Collection[str]) -> Iterator[Plain]:
    """What any commit had in some files; nothing where there is no history."""
    shape = ("--full-history", "-m", "--raw", "--no-abbrev", "--no-renames", "--format=")
    try:
        said = git.ask(root, "log", *shape, "--", *files).decode("utf-8", "replace")
        # :100644 100644 <blob before> <blob after> M<tab>data/cases/old.yml
        changes = [line.split()[2:4] for line in said.splitlines() if line.startswith(":")]
        blobs = {blob for change in changes for blob in change if blob.strip("0")}
        with git.reader(root) as read_blob:
            for blob in sorted(blobs):
                yield read_bytes(blob, read_blob(blob)).data
    except git.GitError:
        return


# --- The data without it ---------------------------------------------------------------------


def redacted(root: FilePath, whole: Book, today: dt.date) -> tuple[Book, Veil]:
    """The same book as it may be published on a day, and what that hides.

    Raises LeftoverError where what is left would make no book; nothing is to be published then.
    """
    if not any(_agreed(whole).values()):
        return whole, Veil()
    hides = veil(whole, today)
    told, problems = book.load(root, _Told(Folder(root), whole, hides))
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise LeftoverError("; ".join(f"{one.message} ({one.file})" for one in errors))
    return told, hides


def leftovers(root: FilePath, whole: Book, today: dt.date) -> Iterator[Problem]:
    """HB234: today, and on each day on which an agreement begins or has ended, a book is left.

    So none of these days can bring what a check has not spoken of before.
    """
    agreed = {key: publish for key, publish in _agreed(whole).items() if publish}
    begins = {key: one.from_ for key, one in agreed.items() if one.from_ and one.from_ > today}
    ends = {
        key: one.until + dt.timedelta(days=1)
        for key, one in agreed.items()
        if one.until and one.until >= today
    }
    for day in sorted({today, *begins.values(), *ends.values()} if agreed else ()):
        try:
            redacted(root, whole, day)
        except LeftoverError as error:
            due = [key for key in agreed if day in (begins.get(key), ends.get(key))]
            untold = [key for key in agreed if key in veil(whole, day).hidden]
            problem = whole.problem(
                "HB234",
                [*due, *untold, *agreed][0],
                ("publish",),
                f"from {day} on, no site can be made without what may not be told: {error}",
                "write what stands there in another way, so that it holds without the name",
            )
            yield problem if day == today else problem.of_the_day()


def _agreed(whole: Book) -> dict[Key, schema.Publish | None]:
    """What each record says of its publication."""
    return {
        (name, record_id): record.publish
        for name in _MORE
        for record_id, record in _records(whole, name).items()
    }


def _records(whole: Book, collection: str) -> Mapping[str, schema.Lecturer | schema.Case]:
    return cast("Mapping[str, schema.Lecturer | schema.Case]", whole.records(collection))


class LeftoverError(Exception):
    """What is left of the data without what may not be told is no handbook's data; it says why."""


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
                whole_item = _up_to_its_list(passage.path)
                if self.veil.gives_away(passage.text):
                    gone.add((*start, *whole_item))
                elif self.veil.whose(passage.text):
                    needed = schema.is_required(type(entity), passage.path)
                    gone.add((*start, *(whole_item if needed else passage.path)))
        gone |= {_up_to_its_list(path) for path, text in _texts(data) if text in self.veil.contacts}
        gone |= {path for path, text in _texts(data) if text in self.veil.private}
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

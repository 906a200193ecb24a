"""The handbook's records by id, where each stands, and the relations derived backwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path as FilePath
from pathlib import PurePosixPath
from typing import Any, TypeAlias, cast

from handbook import bibliography, kept, schema, store
from handbook.bibliography import Bibliography
from handbook.problem import Instead, Path, Problem
from handbook.schema import COLLECTIONS, Collection, closest, quoted
from handbook.source import Folder, Source, Tree, swallowed
from handbook.spelling import folded
from handbook.text import Text
from handbook.workdays import Workdays, workdays

Key: TypeAlias = tuple[str, str]
"""A record's collection and id: `("cases", "wall-survey")`."""

WITHHELD = "withheld"
"""The id that stands where a record is named that may not be told of (see `redaction`)."""
INSTEAD = {"lecturers": "a lecturer", "cases": "a company"}
"""What is said in place of such a record, by its collection."""


@dataclass(frozen=True)
class Origin:
    """Where a record stands: its file, and the way to it inside the file."""

    source: Source
    path: Path = ()


@dataclass(frozen=True)
class Document:
    """A page written by hand in docs/."""

    uri: str
    source: Source


@dataclass(frozen=True)
class Occurrence:
    """One slot on its day."""

    edition: str
    date: dt.date
    slot: schema.Slot
    path: Path


@dataclass(frozen=True)
class Book:
    """Everything the data says.

    A record that cannot be typed is in none of the mappings; its id is in `unread`, so that what
    refers to it is not blamed for its fault. `unreadable` names the collections whose one file
    cannot be read at all, so that any id may be in it.
    """

    outcomes: Mapping[str, schema.Outcome]
    stages: Mapping[str, schema.Stage]
    glossary: Mapping[str, schema.Term]
    organisations: Mapping[str, schema.Organisation]
    lecturers: Mapping[str, schema.Lecturer]
    places: Mapping[str, schema.Place]
    cases: Mapping[str, schema.Case]
    frameworks: Mapping[str, schema.Framework]
    sessions: Mapping[str, schema.Session]
    editions: Mapping[str, schema.Edition]
    waivers: Mapping[str, schema.Waiver]
    courses: Mapping[str, schema.Course]
    references: Bibliography
    workdays: Workdays
    documents: tuple[Document, ...]
    files: frozenset[str]
    origins: Mapping[Key, Origin]
    unread: Mapping[Key, Source]
    unreadable: frozenset[str]
    kept: dict[Hashable, Any] = field(init=False, repr=False, compare=False, default_factory=dict)
    """Answers that views keep for this book, which never changes; they go with it."""

    @property
    def course(self) -> schema.Course:
        """The course itself; a KeyError where `data/course.yml` could not be read."""
        return self.courses["course"]

    def records(self, collection: str) -> Mapping[str, schema.Model]:
        """All records of one collection, in order."""
        name = "courses" if collection == "course" else collection
        return cast("Mapping[str, schema.Model]", getattr(self, name))

    def entities(self) -> Iterator[tuple[Key, schema.Model]]:
        """Every record there is."""
        for name in COLLECTIONS:
            for record_id, entity in self.records(name).items():
                yield (name, record_id), entity

    def known(self, collection: str, record_id: str) -> bool:
        """Whether such a record exists, be it readable or not."""
        if collection in self.unreadable:
            return True
        if collection == "references":
            return record_id in self.references
        key = (collection, record_id)
        return record_id in self.records(collection) or key in self.unread or key in self._misnamed

    @cached_property
    def _misnamed(self) -> frozenset[Key]:
        """What records will be called whose name is no id, once it is one."""
        return frozenset((name, folded(record_id)) for name, record_id in self.unread)

    def ids(self, collection: str) -> list[str]:
        """All ids of one collection."""
        if collection == "references":
            return list(self.references.lines)
        unread = [record_id for name, record_id in self.unread if name == collection]
        return [*self.records(collection), *unread]

    @property
    def sources(self) -> tuple[Source, ...]:
        """Every file that it was read from, once."""
        found = [origin.source for origin in self.origins.values()]
        found += [*self.unread.values(), self.references.source]
        found += [one.source for one in self.documents]
        return tuple({source.file: source for source in found}.values())

    @cached_property
    def mentions(self) -> Mapping[Key, tuple[schema.Reference, ...]]:
        """What each record refers to, in the order of its fields."""
        return {key: tuple(schema.references(entity)) for key, entity in self.entities()}

    @cached_property
    def texts(self) -> tuple[Text, ...]:
        """All prose: the fields of every record, then the pages written by hand."""
        found = [
            Text(origin.source, (*origin.path, *passage.path), passage.text)
            for key, entity in self.entities()
            for origin in [self.origins[key]]
            for passage in schema.passages(entity)
        ]
        found += [Text(one.source, (), one.source.text, by_hand=True) for one in self.documents]
        return tuple(found)

    @cached_property
    def backlinks(self) -> Mapping[Key, tuple[Key, ...]]:
        """What points at each record, once each, in the order of the collections."""
        back: dict[Key, dict[Key, None]] = {}
        for key, mentions in self.mentions.items():
            for mention in mentions:
                back.setdefault((mention.collection, mention.id), {})[key] = None
        return {key: tuple(sources) for key, sources in back.items()}

    def pointing_at(self, collection: str, record_id: str, source: str) -> list[str]:
        """Ids of the records of collection `source` that refer to this one."""
        found = self.backlinks.get((collection, record_id), ())
        return [other for name, other in found if name == source]

    @cached_property
    def renamed(self) -> Mapping[Key, str]:
        """What records that had another id before are called now, by that id."""
        return {
            (key[0], former): key[1]
            for key, entity in self.entities()
            if isinstance(entity, schema.Record)
            for former in entity.former_ids
            if not self.known(key[0], former)
        }

    @cached_property
    def occurrences(self) -> tuple[Occurrence, ...]:
        """Every slot of every edition, in time."""
        found = [
            Occurrence(edition_id, day.date, slot, ("days", number, "slots", index))
            for edition_id, edition in self.editions.items()
            for number, day in enumerate(edition.days)
            for index, slot in enumerate(day.slots)
        ]
        return tuple(sorted(found, key=lambda o: (o.date, o.slot.start, o.slot.end, o.path)))

    @cached_property
    def occurrences_of(self) -> Mapping[Key, tuple[Occurrence, ...]]:
        """The slots of each session, lecturer and place (`place_of`)."""
        found: dict[Key, list[Occurrence]] = {}
        for occurrence in self.occurrences:
            slot = occurrence.slot
            keys = [("sessions", slot.session), ("places", self.place_of(occurrence))]
            keys += [("lecturers", lecturer) for lecturer in slot.lecturers]
            for name, record_id in keys:
                if record_id:
                    found.setdefault((name, record_id), []).append(occurrence)
        return {key: tuple(value) for key, value in found.items()}

    def place_of(self, occurrence: Occurrence) -> str | None:
        """Where a slot is: its own place, else the edition's for a session that is taught there.

        A site visit is by its nature elsewhere, and a break or travel is no session: without a
        place of their own they have none.
        """
        slot = occurrence.slot
        session = self.sessions.get(slot.session) if slot.session else None
        if slot.place or session is None or session.kind == "site-visit":
            return slot.place
        return self.editions[occurrence.edition].place

    def problem(
        self,
        code: str,
        key: Key,
        path: Path,
        message: str,
        hint: str = "",
        *,
        at_key: bool = False,
        instead: Instead | None = None,
    ) -> Problem:
        """A problem at a field of a record."""
        source, start = self.origins[key].source, self.origins[key].path
        return source.problem(code, (*start, *path), message, hint, key=at_key, instead=instead)


def load(root: FilePath, tree: Tree | None = None) -> tuple[Book, list[Problem]]:
    """Read everything below `root`: data/ and the hand-written pages of docs/.

    `tree` is an older version of the files there, which is then read in their place.
    """
    folder, known = store.of(root), {}
    if tree is None:
        known = kept.read(folder, _KIND, store.code())
    shelf = _Shelf(tree or Folder(root, known=known))
    for collection in COLLECTIONS.values():
        if collection.layout == "folder":
            shelf.folder(collection)
        else:
            shelf.file(collection)
    shelf.strangers()
    if tree is None:
        now = {source.file: source for source in shelf.sources}
        kept.write(folder, _KIND, store.code(), known, now)
    tree = shelf.tree
    references = bibliography.load(_bibliography(tree), folder)
    documents = []
    files = set()
    astray = [problem for folder in _PUBLISHED for problem in tree.astray(folder)]
    shelf.problems.extend(astray)
    left_out = {problem.file for problem in astray}
    for file in tree.files("docs") if "docs" not in left_out else ():
        if file in left_out:
            continue
        path, uri = PurePosixPath(file), file.removeprefix("docs/")
        if path.suffix == ".md":
            documents.append(Document(uri, tree.read_text(file)))
        elif path.suffix in (".markdown", ".mdown", ".mkdn", ".mkd"):
            source = Source(file)
            shelf.problems.append(
                source.problem_at(
                    "HB016", (1, 1), "a page must end in .md", f"rename it to {path.stem}.md"
                )
            )
        else:
            files.add(uri)
    shelf.problems.extend(references.problems)
    for document in documents:
        shelf.problems.extend(document.source.problems)
    records = {
        "courses" if name == "course" else name: found for name, found in shelf.records.items()
    }
    book = Book(
        **records,  # type: ignore[arg-type] # each is a mapping to its own model
        references=references,
        workdays=_workdays(records, folder),
        documents=tuple(documents),
        files=frozenset(files),
        origins=shelf.origins,
        unread=shelf.unread,
        unreadable=frozenset(
            shelf.unreadable | ({"references"} if references.source.problems else set())
        ),
    )
    return book, shelf.problems


def amended(book: Book, tree: Tree, file: str) -> tuple[Book, list[Problem]] | None:
    """The same book after an edit of one of its files, and what is wrong in that file.

    None for anything but records and pages by hand that were there before: then all is to be read.
    """
    uri, name = file.removeprefix("docs/"), PurePosixPath(file)
    if any(one.uri == uri and one.source.file == file for one in book.documents):
        page = Document(uri, tree.read_text(file))
        documents = tuple(page if one.uri == uri else one for one in book.documents)
        return replace(book, documents=documents), page.source.problems
    is_alone = name.parent.name == "data"
    collection = COLLECTIONS.get(name.stem if is_alone else name.parent.name)
    if collection is None or file not in {origin.source.file for origin in book.origins.values()}:
        return None
    shelf = _Shelf(tree)
    if is_alone:
        shelf.file(collection)
    else:
        shelf.one(collection, name.name)
    field_name = "courses" if collection.name == "course" else collection.name
    before: Mapping[str, schema.Model] = {} if is_alone else book.records(collection.name)
    records: Any = {field_name: {**before, **shelf.records[collection.name]}}
    new = replace(book, **records, origins={**book.origins, **shelf.origins})
    if shelf.origins.keys() <= book.origins.keys() and not shelf.problems:
        _learn(new, book, list(shelf.origins), is_timetable=collection.name == "editions")
    return new, shelf.problems


def _learn(new: Book, book: Book, edited: list[Key], *, is_timetable: bool) -> None:
    """Tell a book what is as it was before: to look at thousands of records again takes time."""
    said = {key: tuple(schema.references(new.records(key[0])[key[1]])) for key in edited}
    kept = vars(new)
    kept["mentions"] = {**book.mentions, **said}
    if all(_targets(said[key]) == _targets(book.mentions[key]) for key in edited):
        kept["backlinks"] = book.backlinks
    if not is_timetable:
        kept["occurrences"] = book.occurrences


def _targets(references: tuple[schema.Reference, ...]) -> list[Key]:
    return [(one.collection, one.id) for one in references]


_KIND = "readings"
_PUBLISHED = ("docs", "overrides")
"""MkDocs copies what lies in these, and follows links there, too."""


def _workdays(
    records: Mapping[str, Mapping[str, schema.Model]], folder: FilePath | None
) -> Workdays:
    """The working days of the course's country, in the years of its editions."""
    editions = cast("Mapping[str, schema.Edition]", records["editions"])
    courses = cast("Mapping[str, schema.Course]", records["courses"])
    country = courses["course"].country if courses else None
    years = {day.date.year for edition in editions.values() for day in edition.days}
    return workdays(country, "en", years, folder)


class _Shelf:
    """Collects records while the files are read."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.records: dict[str, dict[str, schema.Model]] = {name: {} for name in COLLECTIONS}
        self.origins: dict[Key, Origin] = {}
        self.unread: dict[Key, Source] = {}
        self.unreadable: set[str] = set()
        self.problems: list[Problem] = []
        self.sources: list[Source] = []

    def folder(self, collection: Collection) -> None:
        """One record in each file of a folder."""
        for name in self.tree.names(f"data/{collection.name}"):
            if name.endswith(".yml") and not name.startswith("."):
                self.one(collection, name)

    def one(self, collection: Collection, name: str) -> None:
        """The one record in a file of a folder."""
        path = PurePosixPath("data", collection.name, name)
        source = self._read(str(path))
        if not schema.is_id(path.stem):
            self.problems.append(
                source.problem_at(
                    "HB013",
                    (1, 1),
                    f"{quoted(path.stem)} is no id, and a file's name is the id of its record",
                    f"rename it to {right[1]}.yml: {schema.id_hint(path.stem)}"
                    if (right := schema.as_id(path.stem))
                    else schema.id_hint(path.stem)
                    if path.stem != "index"
                    else "index is the name of the list: choose another",
                )
            )
            self.unread[collection.name, path.stem] = source
            return
        self._record(collection, path.stem, source, ())

    def file(self, collection: Collection) -> None:
        """One record, a list of records, or a mapping of ids to records, in one file."""
        file = f"data/{collection.name}.yml"
        if not self.tree.has(file):
            if collection.layout == "file":
                self.problems.append(_missing(file))
            return
        source = self._read(file)
        if collection.layout == "file":
            self._record(collection, collection.name, source, ())
        elif collection.layout == "map" and self._is(dict, source):
            for record_id in cast("dict[str, object]", source.data):
                if schema.is_id(record_id):
                    self._record(collection, record_id, source, (record_id,))
                else:
                    right, hint = schema.as_id(record_id), schema.id_hint(record_id)
                    self.unread[collection.name, record_id] = source
                    self.problems.append(
                        source.problem(
                            "HB013",
                            (record_id,),
                            f"{quoted(record_id)} is no id",
                            f"write {right[1]}: {hint}" if right else hint,
                            key=True,
                            instead=right,
                        )
                    )
        elif collection.layout == "list" and self._is(list, source):
            for index in range(len(cast("list[object]", source.data))):
                self._record(collection, str(index), source, (index,))

    def strangers(self) -> None:
        """Files in data/ that nobody would ever read are a problem, not a silence."""
        folders = [c.name for c in COLLECTIONS.values() if c.layout == "folder"]
        files = [f"{c.name}.yml" for c in COLLECTIONS.values() if c.layout != "folder"]
        for file in self.tree.files("data"):
            path, name = PurePosixPath(file), file.removeprefix("data/")
            folder, _, stem = name.rpartition("/")
            if "/." in f"/{name}" or name in ("references.bib", "README.md"):
                continue
            if path.suffix == ".yml" and (folder in folders or name in files):
                continue
            begin, _, ending = stem.partition(".")
            if ending.lower() in _NEARLY_YML and (folder in folders or f"{begin}.yml" in files):
                right = f"{begin if schema.is_id(begin) else folded(begin)}.yml"
                hint = f"rename it to {right}"
                if self.tree.has(str(path.with_name(right))):
                    hint = f"there is {path.with_name(right)} already: delete the one that is wrong"
            elif folder in folders:
                hint = "a record is a file that ends in .yml; pictures and the like belong in docs/"
            else:
                near = closest(folder or name, folders if folder else files)
                hint = f"did you mean data/{near}?" if near else "see the list of folders in README"
            source = Source(file)
            self.problems.append(
                source.problem_at("HB016", (1, 1), "no record is expected in this file", hint)
            )

    def _read(self, file: str) -> Source:
        source = self.tree.read(file)
        self.sources.append(source)
        self.problems += [*source.problems, *swallowed(source)]
        return source

    def _is(self, shape: type, source: Source) -> bool:
        if isinstance(source.data, shape):
            return True
        self.unreadable.add(FilePath(source.file).stem)
        if source.data is not None:
            self.problems.append(_misshapen(source, (), shape))
        return False

    def _record(self, collection: Collection, record_id: str, source: Source, path: Path) -> None:
        key = (collection.name, record_id)
        self.origins[key] = Origin(source, path)
        self.unread[key] = source
        if source.data is None:
            return
        found: object = source.data
        for step in path:
            found = cast("dict[str | int, object]", found)[step]
        if not isinstance(found, dict):
            self.problems.append(_misshapen(source, path, dict))
            return
        entity, problems = schema.parse(collection.model, source, path)
        self.problems.extend(problems)
        if entity is not None:
            self.records[collection.name][record_id] = entity
            del self.unread[key]


_NEARLY_YML = ("", "txt", "yaml", "yml", "yml.txt", "yaml.txt")
"""How the name of a new file ends where its author or their editor did not know better."""


def _misshapen(source: Source, path: Path, shape: type) -> Problem:
    wanted, hint = (
        ("a list", "begin each record with -")
        if shape is list
        else ("fields", "write name: value on each line, without - before it")
    )
    return source.problem("HB008", path, f"{wanted} must stand here, and nothing else", hint)


def _bibliography(tree: Tree) -> Source:
    """`references.bib`; a course that cites nothing needs none."""
    file = "data/references.bib"
    return tree.read_text(file) if tree.has(file) else Source(file)


def _missing(file: str) -> Problem:
    return Source(file).problem_at(
        "HB017", (1, 1), "the file is missing", "every handbook has one: add it, if only short"
    )

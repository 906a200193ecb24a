"""What calendars must know of the past: how often a slot was revised, when, and what is gone.

A calendar that was subscribed to believes a change only if its SEQUENCE has grown, and forgets an
event only if it is told that it was cancelled (RFC 5545, 3.8.7.4; RFC 5546, 2.1.4). Both stand in
the git history of the data, and nowhere else: so it is read, commit by commit along the first
parent, which is what was published. A commit whose data cannot be read was never published, and is
passed over; what is not committed counts as one commit more.

The way is from files to a state (`state`: what calendars show at one moment) and from states to
the past (`advance`: what has become of each slot). Both are pure. The past is kept in the cache by
the commit it ends with, so that a later run looks at later commits only.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path as FilePath
from typing import Any, TypeAlias, get_args

from handbook import schema, store, views
from handbook.book import Book
from handbook.problem import Problem
from handbook.source import Plain, Source, read_bytes
from handbook.zones import is_zone

# --- What calendars show at one moment -------------------------------------------------------


@dataclass(frozen=True)
class Shown:
    """What a calendar shows of a slot; a change of it is a revision.

    Times are local, `2026-10-12T09:00`, in the IANA time zone `zone`.
    """

    title: str
    status: str
    start: str
    end: str
    zone: str
    location: str


SlotNow: TypeAlias = tuple[Shown, tuple[str, ...]]
"""A slot, and the feeds that it is in: `groups/<id>`, `lecturers/<id>`."""


@dataclass(frozen=True)
class Run:
    """An edition at one moment, with its slots by key."""

    title: str
    ends: str
    slots: Mapping[str, SlotNow]


State: TypeAlias = Mapping[str, Run]
"""Editions by id."""

Files: TypeAlias = Mapping[str, Plain]
"""Plain data by path below the root: `data/course.yml`, `data/sessions/welcome.yml`."""

_FILE = re.compile(r"data/(?:course|(editions|sessions|places)/([^/]+))\.yml")


class UnreadableError(ValueError):
    """The data says nothing that a calendar could show."""


def state(files: Files) -> State:
    """What calendars show of these files.

    Raises:
        UnreadableError: a file is missing or damaged, so that nothing was ever published from it.
    """
    records: dict[str, dict[str, Plain]] = {"editions": {}, "sessions": {}, "places": {}}
    for path, data in files.items():
        found = _FILE.fullmatch(path)
        if found and found[1]:
            records[found[1]][_id(found[2])] = data
    zone = _word(files.get("data/course.yml"), "time_zone")
    if not is_zone(zone):
        raise UnreadableError(zone)
    return {
        edition: _run(data, zone, records["sessions"], records["places"])
        for edition, data in sorted(records["editions"].items())
    }


def _run(data: Plain, zone: str, sessions: Mapping[str, Plain], places: Mapping[str, Plain]) -> Run:
    groups = _fields(_fields(data).get("groups"))
    when = _word(data, "ends") or _word(data, "when")
    slots: dict[str, SlotNow] = {}
    for day in _items(data, "days"):
        for slot in _items(day, "slots"):
            session = _word(slot, "session")
            if session and session not in sessions:
                raise UnreadableError(session)
            about = sessions.get(session)
            # As `Book.place_of` has it.
            taught = session and _word(about, "kind") != "site-visit"
            place = _word(slot, "place") or (_word(data, "place") if taught else "")
            shown = Shown(
                title=_word(slot, "title") or _word(about, "title"),
                status=_weakest(data, slot, *([about] if session else [])),
                start=_moment(_word(day, "date"), _word(slot, "start")),
                end=_moment(_word(day, "date"), _word(slot, "end")),
                zone=zone,
                location=location(places, place) if place else "",
            )
            attending = _words(slot, "groups") or list(groups)
            feeds = [f"groups/{_id(group)}" for group in attending]
            feeds += [f"lecturers/{_id(one)}" for one in _words(slot, "lecturers")]
            slots[_id(_word(slot, "key") or session)] = (shown, tuple(feeds))
    # A month or a year ends when no day of it is left.
    ends = when + {len("2026"): "-12-31", len("2026-10"): "-31"}.get(len(when), "")
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", ends):
        raise UnreadableError(when)
    return Run(_word(data, "title"), ends, slots)


def location(places: Mapping[str, Plain], place: str) -> str:
    """A place in words: its name, what it lies within, and the nearest address."""
    names: list[str] = []
    address = ""
    met = set()
    while place and place not in met:
        met.add(place)
        if place not in places:
            raise UnreadableError(place)
        names.append(_word(places[place], "name"))
        address = address or _word(places[place], "address")
        place = _word(places[place], "within")
    return ", ".join([*names, address] if address else names)


def _weakest(*records: Plain) -> str:
    statuses = [_word(record, "status") or "example" for record in records]
    if not set(statuses) <= set(get_args(schema.Status)):
        raise UnreadableError(str(statuses))
    return views.weakest(*statuses)


@cache
def _moment(date: str, time: str) -> str:
    try:
        found = dt.datetime.fromisoformat(f"{date}T{time}").isoformat(timespec="minutes")
    except ValueError as error:
        raise UnreadableError(f"{date} {time}") from error
    if found != f"{date}T{time}":
        raise UnreadableError(f"{date} {time}")
    return found


def _id(text: str) -> str:
    """Checked, because names of files are made of it."""
    if not schema.is_id(text):
        raise UnreadableError(text)
    return text


def _fields(data: Plain) -> dict[str, Plain]:
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise UnreadableError(str(data))
    return data


def _word(data: Plain, name: str) -> str:
    found = _fields(data).get(name)
    if found is not None and not isinstance(found, str):
        raise UnreadableError(name)
    return " ".join(found.split()) if found else ""


def _list(data: Plain, name: str) -> list[Plain]:
    found = _fields(data).get(name)
    if found is not None and not isinstance(found, list):
        raise UnreadableError(name)
    return found or []


def _items(data: Plain, name: str) -> Iterator[dict[str, Plain]]:
    return (_fields(item) for item in _list(data, name))


def _words(data: Plain, name: str) -> list[str]:
    return [str(item) for item in _list(data, name)]


# --- What has become of each slot ------------------------------------------------------------


@dataclass(frozen=True)
class Membership:
    """A slot in the feed of a group or a lecturer: whether it still is, and how often that turned.

    `modified` is in seconds since 1970.
    """

    inside: bool
    turns: int
    modified: int


@dataclass(frozen=True)
class Entry:
    """A slot as its edition's calendar has it. One that was removed is shown as cancelled.

    `revision` counts the changes after the first appearance; `modified` is the time of the last
    one, in seconds since 1970. Neither ever falls.
    """

    shown: Shown
    present: bool
    revision: int
    modified: int
    feeds: Mapping[str, Membership] = field(default_factory=dict)

    def is_in(self, feed: str) -> bool:
        """Whether a feed has it or ever had it; the edition's own, which has no name, has all."""
        return not feed or feed in self.feeds

    def in_feed(self, feed: str) -> Entry:
        """The same as one feed has it: what was taken from that feed is cancelled there."""
        if not feed:
            return self
        here = self.feeds[feed]
        return replace(
            self,
            shown=self.shown if here.inside else replace(self.shown, status="cancelled"),
            present=self.present and here.inside,
            revision=self.revision + here.turns,
            modified=max(self.modified, here.modified if here.turns else 0),
        )


@dataclass(frozen=True)
class PastRun:
    """An edition with every slot that it has or ever had."""

    title: str
    ends: str
    entries: Mapping[str, Entry]


Past: TypeAlias = Mapping[str, PastRun]
"""Editions by id, also those that are no more."""


def advance(past: Past, now: State, time: int) -> Past:
    """The past one state later; `time` is when that state came to be, in seconds since 1970."""
    return {
        edition: _advanced(past.get(edition), now.get(edition), time)
        for edition in dict.fromkeys([*past, *now])
    }


def _advanced(past: PastRun | None, now: Run | None, time: int) -> PastRun:
    entries = dict(past.entries) if past else {}
    slots = now.slots if now else {}
    for key, entry in entries.items():
        entries[key] = _changed(entry, slots.get(key), time)
    entries |= {key: _first(slot, time) for key, slot in slots.items() if key not in entries}
    told = now or past
    return PastRun(told.title if told else "", told.ends if told else "", entries)


def _first(now: SlotNow, time: int) -> Entry:
    shown, feeds = now
    return Entry(shown, True, 0, time, {feed: Membership(True, 0, time) for feed in feeds})


def _changed(before: Entry, now: SlotNow | None, time: int) -> Entry:
    if now is None:
        shown, feeds = replace(before.shown, status="cancelled"), before.feeds
    else:
        shown, feeds = now[0], _memberships(before.feeds, now[1], time)
    if shown == before.shown:
        return replace(before, present=now is not None, feeds=feeds)
    modified = max(before.modified, time)
    return Entry(shown, now is not None, before.revision + 1, modified, feeds)


def _memberships(
    before: Mapping[str, Membership], feeds: Iterable[str], time: int
) -> dict[str, Membership]:
    inside = dict.fromkeys(feeds)
    found = {}
    for feed in {**before, **inside}:
        old = before.get(feed) or Membership(True, 0, time)
        found[feed] = (
            old
            if old.inside is (feed in inside)
            else Membership(feed in inside, old.turns + 1, max(old.modified, time))
        )
    return found


# --- From git --------------------------------------------------------------------------------


def read(root: FilePath, book: Book, today: dt.date) -> tuple[Past, list[Problem]]:
    """The past of a handbook's timetable, up to what its files say now.

    What is not committed is dated with the last commit, so that committing it makes nothing older.
    Without a history all counts are 0, the day is today's, and a remark says so; a history that is
    there and not whole must not be published, because counts made from it could fall.
    """
    files = {
        origin.source.file: origin.source.data
        for (collection, _), origin in book.origins.items()
        if collection in ("course", "editions", "sessions", "places")
    }
    now = state(files)
    midnight = dt.datetime.combine(today, dt.time(), dt.UTC)
    try:
        past, time, shallow = _committed(root)
    except _NoHistoryError as reason:
        return advance({}, now, int(midnight.timestamp())), [_problem(root, str(reason))]
    problems = [_problem(root, "this is a shallow clone")] if shallow else []
    return advance(past, now, time), problems


def _problem(root: FilePath, reason: str) -> Problem:
    source = Source("data/editions")
    there = any((folder / ".git").exists() for folder in (root.resolve(), *root.resolve().parents))
    if there and os.environ.get("HANDBOOK_PUBLISH") == "1":
        return source.problem_at(
            "HB231",
            (1, 1),
            f"the history of the timetable is not whole: {reason}",
            "fetch all of it: git fetch --unshallow, or fetch-depth: 0 when checking out",
        )
    return source.problem_at(
        "HB230",
        (1, 1),
        f"the history of the timetable is not known: {reason}",
        "calendars count revisions only from here; make them from a whole clone to publish them",
    )


class _NoHistoryError(Exception):
    pass


@dataclass(frozen=True)
class _Commit:
    """A commit, its time, and the files that it changed: path → blob, None where deleted."""

    id: str
    time: int
    changed: Mapping[str, str | None]


def _committed(root: FilePath) -> tuple[Past, int, bool]:
    """The past up to the last commit, that commit's time, and whether the clone is shallow."""
    shallow = _git(root, "rev-parse", "--is-shallow-repository").strip() == b"true"
    time = int(_git(root, "log", "-1", "--format=%ct"))
    last = _git(root, "log", "-1", "--first-parent", "--format=%H", "--", *_PATHS).decode().strip()
    if not last:
        raise _NoHistoryError("no commit holds its data")
    kept = _kept(root, last)
    return (_followed(root) if kept is None else kept), time, shallow


def _followed(root: FilePath) -> Past:
    """The past, from the last commit of which it is kept, or from the first of all."""
    commits = _commits(root)
    past: Past = {}
    known = 0
    for number in range(len(commits), 0, -1):
        kept = _kept(root, commits[number - 1].id)
        if kept is not None:
            past, known = kept, number
            break
    files: dict[str, str] = {}
    for commit in commits[:known]:
        _change(files, commit)
    wanted = set(files.values())
    wanted |= {blob for commit in commits[known:] for blob in commit.changed.values() if blob}
    blobs = _blobs(root, wanted)
    previous: State | None = None
    for commit in commits[known:]:
        _change(files, commit)
        found = _state_of(files, blobs)
        if found is not None and found != previous:
            past, previous = advance(past, found, commit.time), found
    _keep(root, commits[-1].id, past)
    return past


def _change(files: dict[str, str], commit: _Commit) -> None:
    for path, blob in commit.changed.items():
        if blob:
            files[path] = blob
        else:
            files.pop(path, None)


def _state_of(files: Mapping[str, str], blobs: Mapping[str, Source]) -> State | None:
    """What one commit showed; None where it showed nothing, because it could not be read."""
    if any(blob not in blobs or blobs[blob].problems for blob in files.values()):
        return None
    try:
        return state({path: blobs[blob].data for path, blob in files.items()})
    except UnreadableError:
        return None


def _keep(root: FilePath, commit: str, past: Past) -> None:
    told = {edition: asdict(run) for edition, run in past.items()}
    store.write(root / ".cache" / "handbook", "history", _key(commit), {"past": told})


def _kept(root: FilePath, commit: str) -> Past | None:
    kept = store.read(root / ".cache" / "handbook", "history", _key(commit))
    try:
        return {edition: _revived(run) for edition, run in kept["past"].items()}
    except (KeyError, TypeError, AttributeError):
        return None


def _key(commit: str) -> str:
    """What a kept past depends on: the commit it ends with, and the code that read it."""
    return store.digest(commit, _code())


@cache
def _code() -> str:
    here = FilePath(__file__)
    names = (here.name, "source.py", "views.py")
    return store.digest(*(here.with_name(name).read_text(encoding="utf-8") for name in names))


def _revived(run: dict[str, Any]) -> PastRun:
    entries = {
        key: Entry(
            Shown(**entry["shown"]),
            entry["present"],
            entry["revision"],
            entry["modified"],
            {feed: Membership(**membership) for feed, membership in entry["feeds"].items()},
        )
        for key, entry in run["entries"].items()
    }
    return PastRun(run["title"], run["ends"], entries)


_PATHS = ("data/course.yml", "data/editions", "data/sessions", "data/places")


def _commits(root: FilePath) -> list[_Commit]:
    """The commits that changed what calendars may show, oldest first, along the first parent."""
    told = _git(
        root,
        *("log", "--first-parent", "-m", "--reverse", "--format=%H %ct"),
        *("--raw", "--no-abbrev", "--no-renames", "--relative", "--", *_PATHS),
    )
    commits: list[_Commit] = []
    changed: dict[str, str | None] = {}
    for line in told.decode("utf-8", "replace").splitlines():
        if line.startswith(":"):
            # :100644 100644 <blob before> <blob after> M<tab>data/course.yml
            facts, _, path = line.partition("\t")
            _, _, _, blob, letter = facts.split()
            if _FILE.fullmatch(path):
                changed[path] = None if letter == "D" else blob
        elif line:
            name, _, time = line.partition(" ")
            changed = {}
            commits.append(_Commit(name, int(time), changed))
    return commits


def _blobs(root: FilePath, wanted: Iterable[str]) -> dict[str, Source]:
    """What the wanted blobs say; one that is missing is left out."""
    asked = "".join(f"{blob}\n" for blob in sorted(wanted))
    told = _git(root, "cat-file", "--batch", asked=asked.encode())
    found = {}
    position = 0
    while position < len(told):
        end = told.index(b"\n", position)
        head = told[position:end].decode().split()
        position = end + 1
        if head[-1] == "missing":
            continue
        size = int(head[-1])
        found[head[0]] = read_bytes(head[0], told[position : position + size])
        position += size + 1
    return found


def _git(root: FilePath, *arguments: str, asked: bytes = b"") -> bytes:
    """What git answers. It is a program and no library, so it may be missing or refuse."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed words, and paths after --
            ["git", "-C", str(root), *_PLAIN, *arguments],  # noqa: S607 - wherever the machine has it
            input=asked,
            capture_output=True,
            check=False,
            env=os.environ | {"LC_ALL": "C"},
        )
    except OSError as error:
        raise _NoHistoryError("git is missing") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise _NoHistoryError(_plain_words(said[0] if said else "git failed"))
    return done.stdout


_PLAIN = ("-c", "log.showRoot=true", "-c", "log.showSignature=false", "-c", "color.ui=false")
"""What somebody's own settings must not change."""


def _plain_words(said: str) -> str:
    if "not a git repository" in said:
        return "this is no git repository"
    if "does not have any commits" in said:
        return "nothing is committed yet"
    return f"git says {said.removeprefix('fatal: ')}"

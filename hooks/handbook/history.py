"""What calendars must know of the past: how often a slot was revised, when, and what is gone.

A calendar that was subscribed to believes a change only if its SEQUENCE has grown, and forgets an
event only if it is told that it was cancelled (RFC 5545, 3.8.7.4; RFC 5546, 2.1.4). Both stand in
the git history of the data, and nowhere else: so it is read, commit by commit, along every parent,
because any commit may have been published, whichever branch it was made on. A commit whose data
cannot be read was never published, and is passed over; what is not committed counts as one commit
more.

At a merge each slot takes the largest count and the latest change that it has on any side, and one
change more than on each side that showed something else: so what follows a commit never counts
lower than it, in a history of any shape. The first parent comes first in one thing only: what is
told of a slot that the merge itself does not tell, because it is gone or cannot be read.

The way is from files to a state (`state`: what calendars show at one moment) and from states to
the past (`after`: what has become of each slot). Both are pure. The past is kept in the cache by
the commit it ends with, so that a later run looks at later commits only; never that of a shallow
clone, which knows less than its last commit says.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache, reduce
from pathlib import Path as FilePath
from typing import Any, TypeAlias, TypeVar, get_args
from weakref import WeakValueDictionary
from zoneinfo import ZoneInfo

from handbook import git, schema, store, views
from handbook.book import Book
from handbook.git import GitError
from handbook.problem import Problem
from handbook.schedule import exists
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
"""A slot, and the feeds that it is in: `groups/<id>`, `lecturers/<id or former id>`."""


Known: TypeAlias = dict[str, tuple[str, SlotNow]]
"""Slots with their keys, by all that an edition says of them: most commits change few."""


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

_FOLDERS = ("editions", "sessions", "places", "lecturers")
_FILE = re.compile(rf"data/(?:course|({'|'.join(_FOLDERS)})/([^/]+))\.yml")
_ENDS = ("start", "end")


class UnreadableError(ValueError):
    """The data says nothing that a calendar could show, or what no check lets pass."""


def state(files: Files, known: Known | None = None) -> State:
    """What calendars show of these files.

    `known` are slots of other states of the same files, in which only editions are other.

    Raises:
        UnreadableError: a file is missing or damaged, or a slot ends before it starts, so that
            nothing was ever published from it.
    """
    records: dict[str, dict[str, Plain]] = {folder: {} for folder in _FOLDERS}
    for path, data in files.items():
        found = _FILE.fullmatch(path)
        if found and found[1]:
            records[found[1]][_id(found[2])] = data
    zone = _word(files.get("data/course.yml"), "time_zone")
    if not is_zone(zone):
        raise UnreadableError(zone)
    known = {} if known is None else known
    return {
        edition: _run(data, zone, records, known)
        for edition, data in sorted(records["editions"].items())
    }


def state_of(book: Book) -> State:
    """What calendars show of a book; an UnreadableError as `state` has it."""
    return state(
        {
            origin.source.file: origin.source.data
            for (collection, _), origin in book.origins.items()
            if collection in ("course", *_FOLDERS)
        }
    )


def _run(data: Plain, zone: str, records: Mapping[str, Mapping[str, Plain]], known: Known) -> Run:
    groups = list(_fields(_fields(data).get("groups")))
    edition = (_word(data, "place"), _word(data, "status"), groups)
    when = _word(data, "ends") or _word(data, "when")
    slots: dict[str, SlotNow] = {}
    for day in _items(data, "days"):
        date = _word(day, "date")
        for slot in _items(day, "slots"):
            made_of = repr((edition, date, slot))
            if made_of not in known:
                known[made_of] = _slot(slot, date, data, groups, zone, records)
            key, now = known[made_of]
            slots[key] = now
    # A month or a year ends when no day of it is left.
    ends = when + {len("2026"): "-12-31", len("2026-10"): "-31"}.get(len(when), "")
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", ends):
        raise UnreadableError(when)
    return Run(_word(data, "title"), ends, slots)


def _slot(
    slot: Plain,
    date: str,
    edition: Plain,
    groups: Sequence[str],
    zone: str,
    records: Mapping[str, Mapping[str, Plain]],
) -> tuple[str, SlotNow]:
    """A slot of an edition that has some groups, and its key."""
    session = _word(slot, "session")
    if session and session not in records["sessions"]:
        raise UnreadableError(session)
    about = records["sessions"].get(session)
    # As `Book.place_of` has it.
    taught = session and _word(about, "kind") != "site-visit"
    place = _word(slot, "place") or (_word(edition, "place") if taught else "")
    start, end = (_moment(date, _word(slot, one), zone) for one in _ENDS)
    if end <= start:
        raise UnreadableError(f"{start} {end}")
    shown = Shown(
        title=_word(slot, "title") or _word(about, "title"),
        status=_weakest(edition, slot, *([about] if session else [])),
        start=start,
        end=end,
        zone=zone,
        location=location(records["places"], place) if place else "",
    )
    feeds = [f"groups/{_id(group)}" for group in _words(slot, "groups") or groups]
    for one in _words(slot, "lecturers"):
        # who subscribed under an id of before gets what goes on under the new one
        former = _words(records["lecturers"].get(one), "former_ids")
        feeds += [f"lecturers/{_id(name)}" for name in (one, *former)]
    return _id(_word(slot, "key") or session), (shown, tuple(feeds))


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
def _moment(date: str, time: str, zone: str) -> str:
    """A local time that the clocks show: what a check refuses was never published."""
    try:
        found = dt.datetime.fromisoformat(f"{date}T{time}")
    except ValueError as error:
        raise UnreadableError(f"{date} {time}") from error
    told = found.isoformat(timespec="minutes")
    if told != f"{date}T{time}" or not exists(found.date(), found.time(), ZoneInfo(zone)):
        raise UnreadableError(f"{date} {time} {zone}")
    return told


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


def after(parents: Sequence[Past], now: State | None, time: int) -> Past:
    """The past up to a commit: from its parents' pasts, what it shows, and its time.

    `now` is None where it shows nothing, because it could not be read.
    """
    if now is None:
        return reduce(_joined, parents) if parents else {}
    return reduce(_joined, [advance(past, now, time) for past in parents or [{}]])


def _joined(one: Past, other: Past) -> Past:
    return _union(one, other, _joined_runs)


def _joined_runs(one: PastRun, other: PastRun) -> PastRun:
    return replace(one, entries=_union(one.entries, other.entries, _joined_entries))


def _joined_entries(one: Entry, other: Entry) -> Entry:
    return replace(
        one,
        revision=max(one.revision, other.revision + (one.shown != other.shown)),
        modified=max(one.modified, other.modified),
        feeds=_union(one.feeds, other.feeds, _joined_memberships),
    )


def _joined_memberships(one: Membership, other: Membership) -> Membership:
    return Membership(
        one.inside,
        max(one.turns, other.turns + (one.inside is not other.inside)),
        max(one.modified, other.modified),
    )


_Kept = TypeVar("_Kept")


def _union(
    one: Mapping[str, _Kept], other: Mapping[str, _Kept], both: Callable[[_Kept, _Kept], _Kept]
) -> dict[str, _Kept]:
    shared = {key: both(value, other[key]) for key, value in one.items() if key in other}
    return {**one, **other, **shared}


# --- From git --------------------------------------------------------------------------------


def read(root: FilePath, book: Book, today: dt.date) -> tuple[Past, list[Problem]]:
    """The past of a handbook's timetable, up to what its files say now.

    What is not committed is dated with the last commit, so that committing it makes nothing older.
    Without a history all counts are 0, the day is today's, and a remark says so; a history that is
    there and not whole must not be published, because counts made from it could fall.
    """
    now = state_of(book)
    midnight = dt.datetime.combine(today, dt.time(), dt.UTC)
    try:
        past, time, shallow = _committed(root)
    except GitError as reason:
        return advance({}, now, int(midnight.timestamp())), [_problem(root, str(reason))]
    problems = [_problem(root, "this is a shallow clone")] if shallow else []
    return advance(past, now, time), problems


def told(past: Past, words: Callable[[str], str], untold: Collection[str]) -> Past:
    """The past as it may be told: its words as `words` makes them, and without some feeds."""

    def shown(entry: Entry) -> Entry:
        now = entry.shown
        now = replace(now, title=words(now.title), location=words(now.location))
        feeds = {feed: found for feed, found in entry.feeds.items() if feed not in untold}
        return replace(entry, shown=now, feeds=feeds)

    return {
        edition: PastRun(
            words(run.title), run.ends, {key: shown(entry) for key, entry in run.entries.items()}
        )
        for edition, run in past.items()
    }


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


@dataclass(frozen=True)
class _Commit:
    """A commit, its time, its parents, and how its files differ from those of the first parent.

    `changed` is path → blob, None where deleted.
    """

    id: str
    time: int
    parents: tuple[str, ...]
    changed: Mapping[str, str | None]


def _committed(root: FilePath) -> tuple[Past, int, bool]:
    """The past up to the last commit, that commit's time, and whether the clone is shallow."""
    shallow = git.is_shallow(root)
    time = git.seconds(git.ask(root, "log", "-1", "--format=%ct").decode())
    if shallow:
        return _followed(root, lambda _: None), time, shallow
    last = git.ask(root, "log", "-1", *_EVERY_WAY, "--format=%H", "--", *_PATHS).decode().strip()
    kept_in = store.of(root)
    past = _kept(kept_in, last)
    if past is None:
        past = _followed(root, lambda commit: _kept(kept_in, commit))
        _keep(kept_in, last, past)
    return past, time, shallow


def _followed(root: FilePath, kept: Callable[[str], Past | None]) -> Past:
    """The past up to the last commit, from the commits whose past is kept, or from the first.

    What is held at a time belongs to commits of which a child is still to come: one, or as many as
    branches lie side by side.
    """
    commits = _commits(root)
    if not any(commit.changed for commit in commits):
        raise GitError("no commit holds its data")
    needed, pasts = _needed(commits, kept)
    trees: dict[str, dict[str, _Blob]] = {}
    blobs: WeakValueDictionary[str, _Blob] = WeakValueDictionary()
    others: list[tuple[str, _Blob]] = []
    known: Known = {}
    to_come = Counter(parent for commit in commits for parent in commit.parents)
    with git.reader(root) as read_blob:
        for commit in commits:
            tree = dict(trees[commit.parents[0]]) if commit.parents else {}
            for path, name in commit.changed.items():
                if name is None:
                    tree.pop(path, None)
                else:
                    tree[path] = blobs.setdefault(name, _Blob(name))
            if commit.id in needed:
                parents = [pasts[parent] for parent in commit.parents]
                beside = [one for one in tree.items() if not one[0].startswith(_EDITIONS)]
                if beside != others:
                    others, known = beside, {}
                now = _state_of(tree, read_blob, known)
                pasts[commit.id] = after(parents, now, commit.time)
            trees[commit.id] = tree
            to_come.subtract(commit.parents)
            for parent in commit.parents:
                if not to_come[parent]:
                    trees.pop(parent, None)
                    pasts.pop(parent, None)
    return pasts[commits[-1].id]


def _needed(
    commits: Sequence[_Commit], kept: Callable[[str], Past | None]
) -> tuple[set[str], dict[str, Past]]:
    """The commits whose past is to be found, so that the last one's can be; and those kept."""
    wanted = {commits[-1].id}
    found = {}
    for commit in reversed(commits):
        if commit.id not in wanted:
            continue
        past = kept(commit.id)
        if past is None:
            wanted.update(commit.parents)
        else:
            found[commit.id] = past
    return wanted - set(found), found


class _Blob:
    """A version of a file, and what it says once it was read. It goes with the last tree of it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.source: Source | None = None


def _state_of(
    tree: Mapping[str, _Blob], read_blob: Callable[[str], bytes], known: Known
) -> State | None:
    """What one commit showed; None where it showed nothing, because it could not be read."""
    files = {}
    for path, blob in tree.items():
        if blob.source is None:
            blob.source = read_bytes(blob.name, read_blob(blob.name))
        if blob.source.problems:
            return None
        files[path] = blob.source.data
    try:
        return state(files, known)
    except UnreadableError:
        return None


def _keep(kept_in: FilePath | None, commit: str, past: Past) -> None:
    told = {edition: asdict(run) for edition, run in past.items()}
    if kept_in:
        store.write(kept_in, "history", _key(commit), {"past": told})


def _kept(kept_in: FilePath | None, commit: str) -> Past | None:
    kept = store.read(kept_in, "history", _key(commit)) if kept_in else {}
    try:
        return {edition: _revived(run) for edition, run in kept["past"].items()}
    except (KeyError, TypeError, AttributeError):
        return None


def _key(commit: str) -> str:
    """What a kept past depends on: the commit it ends with, and the code that read it."""
    return store.digest(commit, store.code())


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


_EDITIONS = "data/editions/"
_PATHS = ("data/course.yml", *(f"data/{folder}" for folder in _FOLDERS))


_EVERY_WAY = ("--full-history", "--parents")
"""All commits that changed something, and all merges; parents that did neither are passed over."""


def _commits(root: FilePath) -> list[_Commit]:
    """The commits that changed what calendars may show, and merges; parents before children."""
    told = git.ask(
        root,
        *("log", *_EVERY_WAY, "--topo-order", "--reverse", "--format=%H %ct %P"),
        *("--diff-merges=first-parent", "--raw", "--no-abbrev", "--no-renames", "--relative"),
        *("--", *_PATHS),
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
            name, time, *parents = line.split()
            changed = {}
            commits.append(_Commit(name, git.seconds(time), tuple(parents), changed))
    return commits

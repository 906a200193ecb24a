"""What changed for readers, day by day: the states of the git history compared as `diff` does.

Only what the main line of the history holds at the end of a day counts, as it was committed: that
is what was published. What may not be told today is told of no day.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path as FilePath
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from handbook import addresses, book, changes, differences, git, store
from handbook.book import Book
from handbook.changes import Told
from handbook.differences import Item, Moment
from handbook.redaction import Veil
from handbook.revision import Snapshot

MOST_DAYS = 20
"""Days that are told: who reads seldom reads the pages."""
MOST_ITEMS = 60
"""Changes of one day that are told."""

_TOLD = (
    *("editions", "sessions", "cases", "frameworks", "lecturers", "places"),
    *("course", "stages", "outcomes", "glossary", "references", "documents"),
)
"""What readers meet, in the order in which it is told; the timetable first."""

_UNSEEN = ("aliases", "checked", "former_ids", "publish", "reviewed", "unavailable")
"""Fields that change nothing that a reader sees."""


@dataclass(frozen=True)
class News:
    """One thing that happened: a record or a slot, what became of it, and where it is now.

    `kind`, `entity` and `slot` are as `changes.Change` has them; `fields` are the names of the
    fields that are other now. `href` is empty where there is no page of it.
    """

    kind: str
    entity: str
    slot: str
    what: str
    title: str
    href: str = ""
    was: Moment | None = None
    now: Moment | None = None
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Day:
    """A day on which something changed.

    `date` is the day in the course's zone (ISO 8601), `at` the time of its last commit in seconds
    since 1970. `settled` are the commits after which readers saw what they saw at its end,
    `earlier` the others of that day. `more` counts what is not told. `begins` is the first of all.
    """

    date: str
    at: int
    news: tuple[News, ...]
    settled: tuple[str, ...]
    earlier: tuple[str, ...]
    more: int = 0
    begins: bool = False


_KEPT = TypeAdapter(tuple[Day, ...])


def read(root: FilePath, whole: Book, told: Book, veil: Veil) -> tuple[Day, ...]:
    """The last days on which something changed, the latest first.

    `whole` is all that the files say now, `told` what of it may be told. A GitError where there is
    no history.
    """
    dates = _dates(root, ZoneInfo(told.course.time_zone))
    kept_in = store.of(root)
    commits = (commit for one in dates for commit in one.commits)
    key = store.digest(*commits, store.code(), *_sorted(veil))
    kept = store.read(kept_in, "news", key) if kept_in else {}
    try:
        days = _KEPT.validate_python(kept["days"])
    except (KeyError, ValidationError):
        days = tuple(_days(root, whole, veil, dates))
        if kept_in:
            store.write(kept_in, "news", key, {"days": [asdict(day) for day in days]})
    return tuple(replace(day, news=tuple(_led(one, told) for one in day.news)) for day in days)


@dataclass(frozen=True)
class _Date:
    """A day with commits, the latest first; `at` is the time of that."""

    date: str
    at: int
    commits: tuple[str, ...]


def _dates(root: FilePath, zone: ZoneInfo) -> list[_Date]:
    """The last days with commits, and the one before them; the latest first."""
    words = ("log", "--first-parent", "--format=%H %ct", "--", "data", "docs")
    found: dict[str, _Date] = {}
    latest = 0  # a clock that was set back makes nothing older than what came before it
    for line in reversed(git.ask(root, *words).decode().splitlines()):
        commit, time = line.split()
        latest = max(latest, git.seconds(time))
        date = dt.datetime.fromtimestamp(latest, zone).date().isoformat()
        day = found.get(date) or _Date(date, latest, ())
        found[date] = _Date(date, latest, (commit, *day.commits))
    return list(reversed(found.values()))[: MOST_DAYS + 1]


def _days(root: FilePath, whole: Book, veil: Veil, dates: Sequence[_Date]) -> Iterator[Day]:
    """Each day with what it has other than the one before; the last of these is told of no more."""
    read = ((one, _state(root, one.commits[0], whole, veil)) for one in dates)
    states = [(one, state) for one, state in read if state is not None]
    alike: tuple[str, ...] = ()
    for (day, new), (_, old) in itertools.pairwise(states):
        if news := _news(old, new):
            yield replace(
                _day(day, alike), news=tuple(news[:MOST_ITEMS]), more=len(news[MOST_ITEMS:])
            )
        alike = () if news else (*alike, *day.commits)
    if states and len(dates) <= MOST_DAYS:
        yield replace(_day(states[-1][0], alike), begins=True)


def _day(date: _Date, alike: tuple[str, ...]) -> Day:
    """A day without its news; `alike` are the later commits that changed nothing for readers."""
    return Day(date.date, date.at, (), (*alike, date.commits[0]), date.commits[1:])


def _state(root: FilePath, commit: str, whole: Book, veil: Veil) -> Told | None:
    """What a commit told, as it may be told today; None where it could not have been published."""
    then, _ = book.load(root, Snapshot(root, commit, {one.file: one for one in whole.sources}))
    if then.unread or then.unreadable:
        return None
    return {
        name: {
            record_id: veil.value(record)
            for record_id, record in records.items()
            if (name, record_id) not in veil.ids
            if name != "references" or record_id not in veil.sources
        }
        for name, records in changes.told(then).items()
    }


def _news(old: Told, new: Told) -> list[News]:
    """What happened between two states, the timetable first."""
    made = [
        (_TOLD.index(item.name.partition("/")[0]), one)
        for item in differences.items(old, new, changes.between(old, new))
        if (one := _of(item))
    ]
    return [one for _, one in sorted(made, key=lambda pair: pair[0])]


def _of(item: Item) -> News | None:
    """What a reader is told of an item; nothing of what they cannot see."""
    name, _, record_id = item.name.partition("/")
    fields = dict.fromkeys(one.field.split(", ")[0] for one in item.differences)
    seen = tuple(one.replace("_", " ") for one in fields if one not in _UNSEEN)
    if name not in _TOLD or (item.kind == "changed" and not seen and item.was == item.now):
        return None
    if name == "documents" and addresses.of_uri(record_id).startswith(addresses.GUIDE):
        return None
    return News(
        item.kind,
        item.name,
        item.slot,
        item.what,
        item.title,
        was=item.was,
        now=item.now,
        fields=seen,
    )


def _led(one: News, told: Book) -> News:
    """The same with the page that it has now; without the name of who is in the data no more."""
    name, _, record_id = one.entity.partition("/")
    if name in book.INSTEAD and record_id not in told.records(name):
        return replace(one, entity="", title=book.INSTEAD[name])
    return replace(one, href=_href(name, record_id, one.slot, told))


def _href(name: str, record_id: str, slot: str, told: Book) -> str:
    if name == "documents":
        known = any(one.uri == record_id for one in told.documents)
        return addresses.of_uri(record_id) if known else ""
    if name == "references":
        return addresses.of(name, record_id) if record_id in told.references else ""
    if name == "course" or record_id not in told.records(name):
        return ""
    href = addresses.of(name, record_id)
    is_there = any(o.slot.identity == slot and o.edition == record_id for o in told.occurrences)
    return f"{href}#{slot}" if slot and is_there else href


def _sorted(veil: Veil) -> Iterator[str]:
    """What a veil hides, in an order that does not depend on the process."""
    hides = (*veil.ids, *veil.names.items(), *veil.sources, *veil.addresses, *veil.private.items())
    yield from sorted(map(repr, hides))

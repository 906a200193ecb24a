"""What falls due: what lies past its day, what soon will, and links that lead nowhere any more.

The words stand in `due.md` beside this file, once for text and Markdown; what comes from data is
never markup there (see `telling`). They name no day but those in the data, so that they change only
when what is due does.

The JSON is one object, and its shape lasts; no key is ever missing::

    today, until   the first and the last day that were looked at
    due            each with kind, code, day, overdue, file, line, column, title, about, who, hint
    links          every address elsewhere: url, state, why, and places with file, line, column

Whether links still lead somewhere is no question for the core, which asks no other host. Another
program takes the links from the JSON, and gives back a list of `url`, `state` and `why`.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Literal, TypeAlias

from pydantic import TypeAdapter, ValidationError

from handbook import dates, deadlines, outward, rules
from handbook.book import Book
from handbook.deadlines import Deadline
from handbook.outward import Place
from handbook.telling import Form, told, within_limit
from handbook.views import title_of

AHEAD = dt.timedelta(days=60)
"""How far it looks ahead: time enough to ask somebody and to wait for an answer."""

State: TypeAlias = Literal["there", "dead", "unseen"]


@dataclass(frozen=True)
class Item:
    """One thing that is due, by its day: where it stands, what is to be done, whom to ask.

    `title` is the record, `about` a part of it, if it is not due as a whole.
    """

    kind: str
    code: str
    day: dt.date
    overdue: bool
    file: str
    line: int
    column: int
    title: str
    about: str
    who: str
    hint: str


@dataclass(frozen=True)
class Link:
    """An address elsewhere, and what came of asking for it; `state` is empty where nobody did.

    `dead` is gone for certain. `unseen` may be well: a program was not let in, or not answered.
    """

    url: str
    places: tuple[Place, ...]
    state: State | Literal[""] = ""
    why: str = ""


@dataclass(frozen=True)
class Due:
    """What is due on a day and in the time ahead, by day, file and line; and the links."""

    today: dt.date
    items: tuple[Item, ...]
    links: tuple[Link, ...]

    @property
    def dead(self) -> tuple[Link, ...]:
        """The links that lead nowhere."""
        return tuple(link for link in self.links if link.state == "dead")

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to do."""
        return not self.items and not self.dead


Seen: TypeAlias = Mapping[str, tuple[State, str]]
"""What came of asking for addresses: how each is, and why."""


class NotSeenError(ValueError):
    """What should say what came of asking for links says something else."""


def of(book: Book, today: dt.date, seen: Seen | None = None) -> Due:
    """What falls due by a day; `seen` says what came of asking for links, if somebody did."""
    seen = seen or {}
    items = sorted(_items(book, today), key=lambda one: (one.day, one.file, one.line, one.column))
    return Due(
        today,
        tuple(items),
        tuple(Link(one.url, one.places, *seen.get(one.url, ("", ""))) for one in outward.of(book)),
    )


def _items(book: Book, today: dt.date) -> Iterator[Item]:
    for one in deadlines.of(book):
        if one.day > today + AHEAD or _is_waived(book, one, today):
            continue
        origin = book.origins[one.key]
        line, column = origin.source.mark((*origin.path, *one.path))
        title = title_of(book.records(one.key[0])[one.key[1]], one.key[1])
        yield Item(
            kind=one.kind,
            code=one.code,
            day=one.day,
            overdue=one.day < today,
            file=origin.source.file,
            line=line,
            column=column,
            title=title,
            about=one.about,
            who=one.who,
            hint=one.hint,
        )


def _is_waived(book: Book, deadline: Deadline, today: dt.date) -> bool:
    """Whether the rule that speaks after a deadline is silenced when it would speak."""
    if not deadline.code:
        return False
    problem = book.problem(deadline.code, deadline.key, deadline.path, "")
    return rules.is_waived(book, problem, max(today, deadline.day + dt.timedelta(days=1)))


# --- For programs ----------------------------------------------------------------------------


def as_json(due: Due) -> str:
    """One object, as the head of this module describes it."""
    shown = {
        "today": due.today.isoformat(),
        "until": (due.today + AHEAD).isoformat(),
        "due": [asdict(one) | {"day": one.day.isoformat()} for one in due.items],
        "links": [asdict(one) for one in due.links],
    }
    return json.dumps(shown, ensure_ascii=False, indent=2) + "\n"


@dataclass(frozen=True)
class _Answer:
    url: str
    state: State
    why: str


def seen(text: str) -> Seen:
    """What another program found out about links, as JSON: a list of `url`, `state` and `why`.

    Raises NotSeenError where it is no such list.
    """
    try:
        found = TypeAdapter(list[_Answer]).validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "as a whole"
        raise NotSeenError(f"no list of links and how they are: {place}: {first['msg']}") from error
    return {one.url: (one.state, one.why) for one in found}


# --- For people ------------------------------------------------------------------------------


def text(due: Due) -> str:
    """For a terminal; nothing where nothing is due."""
    return _written(due, "text", None)


def markdown(due: Due) -> str:
    """For an issue: no longer than one may be, so long lists are cut; nothing if nothing is due."""
    return within_limit(lambda most: _written(due, "markdown", most))


def _written(due: Due, form: Form, most: int | None) -> str:
    if due.nothing:
        return ""
    return told(
        "due.md",
        form,
        most=most,
        days=AHEAD.days,
        overdue=[one for one in due.items if one.overdue],
        soon=[one for one in due.items if not one.overdue],
        dead=due.dead,
        unseen=[link for link in due.links if link.state == "unseen"],
        day=lambda one: dates.day(one.isoformat(), "en"),
    )


FORMATS: Mapping[str, Callable[[Due], str]] = {
    "text": text,
    "markdown": markdown,
    "json": as_json,
}


def count(due: Due) -> str:
    """The closing line: '2 overdue, 1 due in the next 60 days'."""
    past = sum(one.overdue for one in due.items)
    asked = any(link.state for link in due.links)
    parts = [
        f"{past} overdue",
        f"{len(due.items) - past} due in the next {AHEAD.days} days",
        f"{len(due.dead)} of {len(due.links)} links dead" if asked else "",
    ]
    return ", ".join(filter(None, parts))

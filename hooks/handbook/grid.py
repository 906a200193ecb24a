"""A week as a grid: which slots stand side by side, and the stylesheet that puts each in its place.

Times here are minutes since midnight. A grid has a line at each of its times and no others, so a
slot at 13:07 stands exactly there, and a row grows when its text needs more room: text is never
clipped and cards never lie on each other. Cards are placed by classes alone (`f1307 t1400
lane-1-of-2`), because a strict content security policy forbids inline styles.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

Span: TypeAlias = tuple[int, int]
"""From when to when; the end is not part of it."""

HOUR = 60


@dataclass(frozen=True)
class Lane:
    """The place of a slot among those that it overlaps, directly or through others.

    `number` counts from 1 to `of`. `opens` is true for the first of them in time.
    """

    number: int = 1
    of: int = 1
    opens: bool = True


@dataclass(frozen=True)
class Grid:
    """One week: its class, its times from first to last, and the lanes of each of its days."""

    name: str
    lines: tuple[int, ...]
    days: tuple[frozenset[Lane], ...]


def minutes(time: dt.time) -> int:
    """A time of day as minutes since midnight."""
    return time.hour * HOUR + time.minute


def lanes(spans: Sequence[Span]) -> tuple[Lane, ...]:
    """A lane for each span, in the order given; as few side by side as can be.

    Taking the spans by their beginnings and giving each the first lane that is free needs no more
    lanes than the most spans that run at once (interval partitioning; Kleinberg and Tardos,
    Algorithm Design, 4.1). Of spans that begin together, the one given first stands first.
    """
    found: dict[int, Lane] = {}
    cluster: dict[int, int] = {}  # span → its lane, from 0
    ends: list[int] = []  # of each lane in the cluster
    for index in sorted(range(len(spans)), key=lambda index: spans[index][0]):
        start, end = spans[index]
        if ends and start >= max(ends):
            found |= _closed(cluster, len(ends))
            cluster, ends = {}, []
        free = next((lane for lane, until in enumerate(ends) if until <= start), len(ends))
        ends[free : free + 1] = [end]
        cluster[index] = free
    found |= _closed(cluster, len(ends))
    return tuple(found[index] for index in range(len(spans)))


def _closed(cluster: dict[int, int], of: int) -> dict[int, Lane]:
    first = next(iter(cluster), None)
    return {index: Lane(lane + 1, of, index == first) for index, lane in cluster.items()}


def lines(spans: Iterable[Span]) -> tuple[int, ...]:
    """The times a grid needs lines at: beginnings, ends, and the full hours between them."""
    times = {time for span in spans for time in span}
    if not times:
        return ()
    first, last = min(times), max(times)
    return tuple(sorted(times | set(range(-(-first // HOUR) * HOUR, last + 1, HOUR))))


def stylesheet(grids: Iterable[Grid]) -> str:
    """The rules for exactly the times and lanes in use.

    A row is as high as its minutes, `--minute` each, and grows with its text. `--span` is the
    number of minutes, by which paper shares out its height.
    """
    grids = tuple(grids)
    times = sorted({line for grid in grids for line in grid.lines})
    rules = [f".f{_clock(time)}{{grid-row-start:m{time}}}" for time in times]
    rules += [f".t{_clock(time)}{{grid-row-end:m{time}}}" for time in times]
    rules += [
        f".lane-{number}-of-{of}{{--lane:{number - 1};--lanes:{of}}}"
        for number, of in sorted(
            {(lane.number, lane.of) for grid in grids for day in grid.days for lane in day}
        )
    ]
    for grid in grids:
        columns = " ".join(_column(day) for day in grid.days)
        span = max(grid.lines) - min(grid.lines) if grid.lines else 1
        rules.append(
            f".{grid.name}{{--columns:{columns};--rows:{_rows(grid.lines)};--span:{span}}}"
        )
    return "\n".join([*rules, ""])


def _column(day: frozenset[Lane]) -> str:
    """A day's width: the same for all, but more where three or more stand side by side."""
    return f"minmax(0,{max(2, *(lane.of for lane in day), 0)}fr)"


def _rows(times: Sequence[int]) -> str:
    row = "[m{}] minmax(calc({} * var(--minute)),auto)"
    parts = [row.format(start, end - start) for start, end in pairwise(times)]
    # Nothing lies in the last row; it is there so that its line is one that a row begins at.
    return " ".join([*parts, f"[m{times[-1]}] var(--tail)"] if times else ["auto"])


def _clock(time: int) -> str:
    return f"{time // HOUR:02}{time % HOUR:02}"

"""Says when today began where the course is, in seconds since 1970: a day's builds share it.

Usage: `midnight.py`, in the folder of the handbook. Exit status: 0 said; 1 the course's zone cannot
be read.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

from handbook import book as books


def midnight(now: dt.datetime, zone: ZoneInfo) -> int:
    """The first moment of the day that `now` is in there.

    Where the clocks skip midnight, that moment is the one after.
    """
    return int(dt.datetime.combine(now.astimezone(zone), dt.time(), zone).timestamp())


def main() -> int:
    """Say it."""
    book, problems = books.load(Path())
    if "course" not in book.courses:
        print(*problems, sep="\n", file=sys.stderr)
        return 1
    print(midnight(dt.datetime.now(dt.UTC), ZoneInfo(book.course.time_zone)))
    return 0


if __name__ == "__main__":
    sys.exit(main())

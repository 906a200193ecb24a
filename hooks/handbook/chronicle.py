"""What the git history tells readers: what has changed, and of each page its document control.

A page is a document in the sense of quality management (ISO 9001, 7.5.3): it has an identity, a
version, a date from which that holds, a review, and a history. All of it follows from its own
record, so that a change of one record changes the version of no other page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path as FilePath
from zoneinfo import ZoneInfo

from handbook import news, provenance, schema
from handbook.book import Book
from handbook.git import GitError
from handbook.news import Day
from handbook.provenance import Commit
from handbook.redaction import Veil

SHORT = 7
"""Letters of a commit that are shown, as git does."""
LATEST = 10
"""Versions of a document that are listed."""


@dataclass(frozen=True)
class Version:
    """A state of a document: the commit that made it, and its day (ISO 8601)."""

    commit: str
    date: str


@dataclass(frozen=True)
class Control:
    """A document's control: its id, its versions from the latest on, and its last review.

    `earlier` counts the versions that are not listed. Dates are ISO 8601; what is not known is
    empty. Without a history there are no versions.
    """

    id: str
    versions: tuple[Version, ...] = ()
    earlier: int = 0
    reviewed_on: str = ""
    reviewed_by: str = ""


@dataclass(frozen=True)
class Chronicle:
    """What the history tells: the commits of each file, and what changed for readers each day."""

    commits: Mapping[str, tuple[Commit, ...]] = field(default_factory=dict)
    news: tuple[Day, ...] = ()

    @cached_property
    def version(self) -> str:
        """The version of the whole site: the last commit of all; empty without a history."""
        return next((short(one) for one in provenance.of(self.commits, "data", "docs")), "")


def read(root: FilePath, whole: Book, told: Book, veil: Veil) -> Chronicle:
    """What the history of a handbook tells; nothing where there is none, or not the whole of it."""
    try:
        return Chronicle(provenance.read(root), news.read(root, whole, told, veil))
    except GitError:
        return Chronicle()


def control(
    chronicle: Chronicle, document: str, source: str, zone: ZoneInfo, record: schema.Model | None
) -> Control:
    """The document control of what is made from a file, or from all in a folder.

    Days are those of the course's time zone.
    """
    commits = provenance.of(chronicle.commits, source)
    review = record.reviewed if isinstance(record, schema.Record) else None
    return Control(
        document,
        tuple(
            Version(short(one), one.date.astimezone(zone).date().isoformat())
            for one in commits[:LATEST]
        ),
        len(commits[LATEST:]),
        review.on.isoformat() if review else "",
        (review.by or "") if review else "",
    )


def short(commit: Commit) -> str:
    """A version as it is shown: the first letters of its commit."""
    return commit.hash[:SHORT]

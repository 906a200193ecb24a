"""Which commits changed each file that people edit: read from git in one pass, for all of them.

A file's commits are those that changed it where it stands now, along every branch that its text
came by: a renaming is not followed, because a record's name is its id. A merge counts where it
wrote what no side of it had. Nothing is told of a shallow clone, whose oldest commit seems to have
made every file.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from handbook import git, store
from handbook.git import GitError
from handbook.source import FOLDERS


@dataclass(frozen=True)
class Commit:
    """A commit: its full hash, and when it was made, in UTC."""

    hash: str
    date: dt.datetime


def read(root: FilePath) -> Mapping[str, tuple[Commit, ...]]:
    """The commits of each file in data/ and docs/, the newest first; by path below `root`.

    What is not committed yet has none. Files that are no more have theirs.

    Raises:
        GitError: there is no history, or not the whole of it; it says which.
    """
    if git.is_shallow(root):
        raise GitError("this is a shallow clone")
    head = git.ask(root, "log", "-1", "--format=%H").decode()
    below = os.fsdecode(git.ask(root, "rev-parse", "--show-prefix"))
    folder, key = store.of(root), store.digest(head, below, *FOLDERS)
    kept = store.read(folder, "provenance", key) if folder else {}
    try:
        return _revived(kept)
    except (KeyError, TypeError, ValueError, IndexError, OverflowError, AttributeError):
        found = _asked(root)
    if folder:
        store.write(folder, "provenance", key, found)
    return _revived(found)


def of(commits: Mapping[str, tuple[Commit, ...]], *paths: str) -> tuple[Commit, ...]:
    """The commits of a file, or of all that are in some folders, the newest first."""
    if len(paths) == 1 and paths[0] in commits:
        return commits[paths[0]]
    inside = tuple(f"{path}/" for path in paths)
    once = {one for name, own in commits.items() if name.startswith(inside) for one in own}
    return tuple(sorted(once, key=lambda one: (one.date, one.hash), reverse=True))


_HEAD = re.compile(r"\x01([0-9a-f]+) ([0-9]+)")


def _asked(root: FilePath) -> dict[str, Any]:
    """What git says: commits as hash and seconds since 1970, and by file the numbers of its own."""
    said = git.ask(
        root,
        *("log", "-z", "--date-order", "--format=%x01%H %ct"),
        *("--name-only", "--no-renames", "--diff-merges=dense-combined", "--relative"),
        *("--", *FOLDERS),
    )
    commits: list[tuple[str, int]] = []
    files: dict[str, list[int]] = {}
    for word in os.fsdecode(said).split("\0"):
        name = word.removeprefix("\n")  # stands before the first name of a commit
        if head := _HEAD.fullmatch(name):
            commits.append((head[1], git.seconds(head[2])))
        elif name:
            files.setdefault(name, []).append(len(commits) - 1)
    return {"commits": commits, "files": files}


def _revived(kept: Mapping[str, Any]) -> dict[str, tuple[Commit, ...]]:
    commits = [
        Commit(name, dt.datetime.fromtimestamp(time, dt.UTC)) for name, time in kept["commits"]
    ]
    return {path: tuple(commits[one] for one in own) for path, own in kept["files"].items()}

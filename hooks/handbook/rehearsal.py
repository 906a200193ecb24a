"""Changes to several files: tried out in a copy first, and then all written, or none.

A change is a path below the root and the new text of that file, or None where it is to go. Texts
have plain newlines; a file that had others keeps them.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import TypeAlias

from handbook import files, store
from handbook.compose import Composition, inspect
from handbook.problem import Problem
from handbook.source import FOLDERS

Changes: TypeAlias = Mapping[str, str | None]

_KEPT = ".cache/handbook"
"""What makes a check quick."""


def new_problems(
    root: FilePath,
    before: Composition,
    changes: Changes,
    moved: Mapping[str, str] | None = None,
) -> list[Problem]:
    """The problems that the changes would make.

    Lines shift and words name ids, so a problem counts as an old one if its file had as many with
    its code. `moved` says which file becomes which. Raises OSError where a change has no place.
    """
    for name in changes:
        files.place(root, name)
    moved = moved or {}
    old = Counter((moved.get(one.file, one.file), one.code) for one in before.problems)
    found = []
    for problem in _rehearsed(root, before, changes).problems:
        if old[problem.file, problem.code]:
            old[problem.file, problem.code] -= 1
        else:
            found.append(problem)
    return found


def _rehearsed(root: FilePath, before: Composition, changes: Changes) -> Composition:
    with tempfile.TemporaryDirectory(prefix="handbook-") as name:
        copy = FilePath(name) / "copy"
        for folder in (*FOLDERS, *([_KEPT] if store.of(root) else [])):
            if (root / folder).is_dir():
                shutil.copytree(root / folder, copy / folder, symlinks=True)
        write(copy, changes)
        return inspect(copy, before.today)


def write(root: FilePath, changes: Changes) -> None:
    """Write all files, or, where one cannot be written, none: then raise OSError.

    A new file never takes the place of one that came to be meanwhile: what must not be there is the
    caller's to check.
    """
    raw = {}
    for name, text in changes.items():
        path = files.place(root, name)
        was = path.read_bytes() if path.exists() else b""
        raw[name] = None if text is None else _as_it_was(was, text)
    files.write(root, raw)


def _as_it_was(raw: bytes, text: str) -> bytes:
    """A text with the line breaks, and the mark at the beginning, that its file had."""
    if b"\r\n" in raw:
        text = text.replace("\n", "\r\n")
    return (b"\xef\xbb\xbf" if raw.startswith(b"\xef\xbb\xbf") else b"") + text.encode()

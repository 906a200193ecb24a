"""Changes to several files: tried out in a copy first, and then all written, or none.

A change is a path below the root and the new text of that file, or None where it is to go. Texts
have plain newlines; a file that had others keeps them.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path as FilePath
from typing import TypeAlias

from handbook.compose import Composition, inspect
from handbook.problem import Problem

Changes: TypeAlias = Mapping[str, str | None]

_READ = ("data", "docs", ".cache/handbook")
"""All that a check looks at, and what makes it quick."""


def new_problems(
    root: FilePath,
    before: Composition,
    changes: Changes,
    moved: Mapping[str, str] | None = None,
) -> list[Problem]:
    """The problems that the changes would make.

    Lines shift and words name ids, so a problem counts as an old one if its file had as many with
    its code. `moved` says which file becomes which.
    """
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
        for folder in _READ:
            if (root / folder).is_dir():
                shutil.copytree(root / folder, copy / folder, symlinks=True)
        write(copy, changes)
        return inspect(copy, before.today)


def write(root: FilePath, changes: Changes) -> None:
    """Write all files; where one cannot be written, put the others back and raise OSError.

    A new file never takes the place of one that came to be meanwhile: what is there before is read
    first, and what must not be there is the caller's to check.
    """
    with _written_beside(root, changes) as ready:
        done: dict[FilePath, bytes | None] = {}
        try:
            for name in changes:
                path = root / name
                done[path] = path.read_bytes() if path.exists() else None
                if name in ready:
                    ready[name].replace(path)
                else:
                    path.unlink()
        except OSError:
            for path, raw in done.items():
                if raw is None:
                    path.unlink(missing_ok=True)
                else:
                    path.write_bytes(raw)
            raise


@contextmanager
def _written_beside(root: FilePath, changes: Changes) -> Iterator[dict[str, FilePath]]:
    """The new texts in files beside those that they will replace: a full disk shows here."""
    ready: dict[str, FilePath] = {}
    try:
        for name, text in changes.items():
            if text is None:
                continue
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            raw = path.read_bytes() if path.exists() else b""
            handle, beside = tempfile.mkstemp(dir=path.parent, prefix=".handbook-")
            ready[name] = FilePath(beside)
            with os.fdopen(handle, "wb") as file:
                file.write(_as_it_was(raw, text))
            ready[name].chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        yield ready
    finally:
        for beside_it in ready.values():
            beside_it.unlink(missing_ok=True)


def _as_it_was(raw: bytes, text: str) -> bytes:
    """A text with the line breaks, and the mark at the beginning, that its file had."""
    if b"\r\n" in raw:
        text = text.replace("\n", "\r\n")
    return (b"\xef\xbb\xbf" if raw.startswith(b"\xef\xbb\xbf") else b"") + text.encode()

"""Files of a project, written all together or not at all, and only in data/ and docs/.

New texts are first written beside the files that they will replace. A run that is killed while they
take their places leaves a note in the store of what was still to be done; the next one does it.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path as FilePath

from pydantic import TypeAdapter, ValidationError

from handbook import store
from handbook.source import FOLDERS


def place(root: FilePath, name: str) -> FilePath:
    """Where a file of the project really is, or will be, once links are followed.

    Raises OSError where that is outside of the folders that people edit, or no plain file.
    """
    top, real = (FilePath(os.path.realpath(path)) for path in (root, root / name))
    if not any(top / folder in real.parents for folder in FOLDERS):
        raise OSError(errno.EPERM, "this leads out of data/ and docs/", name)
    if real.exists() and not real.is_file():
        raise OSError(errno.EINVAL, "this is no plain file", name)
    return real


@dataclass(frozen=True)
class _Step:
    """One file of a change: the file beside it that is to take its place, and what it held before.

    Without the one it is to be deleted; without the other, it was not there.
    """

    name: str
    beside: str
    before: str


@dataclass(frozen=True)
class _Note:
    """What is about to be done; `ready` once all that it needs is written."""

    ready: bool
    steps: tuple[_Step, ...]


def write(root: FilePath, changes: Mapping[str, bytes | None]) -> None:
    """Write all files, and delete those that are to hold nothing.

    Raises OSError where one of them cannot be written; the others are then as they were.
    """
    if not changes:
        return
    before = {name: _content(place(root, name)) for name in changes}
    steps = tuple(
        _Step(
            name,
            "" if changes[name] is None else f".handbook-{os.getpid()}-{number}",
            _digest(before[name]),
        )
        for number, name in enumerate(changes)
    )
    done = []
    with _noted(root, steps) as ready:
        try:
            for step in steps:
                _write_beside(root, step, changes[step.name])
            ready()
            for step in steps:
                done.append(step.name)
                _do(root, step)
        except BaseException:
            for name in done:
                _put_back(place(root, name), before[name])
            raise
        finally:
            for step in steps:
                if step.beside:
                    _beside(root, step).unlink(missing_ok=True)


def finish(root: FilePath) -> list[str]:
    """Do what a run that was killed left undone, and say what that was.

    A file that somebody changed in the meantime stays. Raises OSError where one cannot be written.
    """
    notes = sorted((root / ".cache" / "handbook").glob("unfinished-*.json"))
    if not notes or store.of(root) is None:
        return []
    said: list[str] = []
    for path in notes:
        if not _is_busy(path):
            with suppress(ValidationError):
                said += _finished(root, _NOTE.validate_python(store.read_file(path)))
            path.unlink(missing_ok=True)
    return said


_NOTE = TypeAdapter(_Note)
_LONGEST = 60.0
"""Seconds that no run takes between its note and its end."""


def _finished(root: FilePath, note: _Note) -> Iterator[str]:
    for step in note.steps:
        if step.beside and not re.fullmatch(r"\.handbook-[0-9]+-[0-9]+", step.beside):
            return
        path = place(root, step.name)
        is_left = _beside(root, step).is_file() if step.beside else path.exists()
        is_as_before = _digest(_content(path)) == step.before
        if note.ready and is_left and is_as_before:
            _do(root, step)
            yield f"{step.name}: changed now, as a command that was interrupted was about to"
        elif note.ready and is_left:
            yield f"{step.name}: not changed by an interrupted command, for it is another now"
        if step.beside:
            _beside(root, step).unlink(missing_ok=True)


def _is_busy(note: FilePath) -> bool:
    """Whether a note is of a process that is at it, or was just now: its name tells which."""
    try:
        if time.time() - note.stat().st_mtime > _LONGEST:
            return False
        if os.name == "posix":
            os.kill(int(note.stem.rpartition("-")[2]), 0)
    except (ProcessLookupError, OverflowError, ValueError):
        return False
    except (FileNotFoundError, PermissionError):
        return True
    return True


@contextmanager
def _noted(root: FilePath, steps: tuple[_Step, ...]) -> Iterator[Callable[[], None]]:
    """A note of what is being done, for as long as it is."""
    folder, process = store.of(root), os.getpid()

    def note(*, ready: bool) -> None:
        if folder:
            store.write(folder, "unfinished", str(process), asdict(_Note(ready, steps)))

    note(ready=False)
    try:
        yield lambda: note(ready=True)
    finally:
        if folder:
            (folder / f"unfinished-{process}.json").unlink(missing_ok=True)


def _write_beside(root: FilePath, step: _Step, content: bytes | None) -> None:
    """The new text of a file beside it: a full disk shows here."""
    if content is None:
        return
    path, beside = place(root, step.name), _beside(root, step)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside.unlink(missing_ok=True)
    with beside.open("xb") as file:
        file.write(content)
    beside.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)


def _beside(root: FilePath, step: _Step) -> FilePath:
    return place(root, step.name).with_name(step.beside)


def _do(root: FilePath, step: _Step) -> None:
    if step.beside:
        _beside(root, step).replace(place(root, step.name))
    else:
        (root / step.name).unlink()


def _put_back(path: FilePath, content: bytes | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
    else:
        path.write_bytes(content)


def _content(path: FilePath) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def _digest(content: bytes | None) -> str:
    return "" if content is None else hashlib.sha256(content).hexdigest()

"""What was made of many things before, so that after an edit only few have to be made again.

Answers of one kind lie in the store by the names of what they are about, under a key of all that
they have in common (see `store`); each file holds a part of them, so that little is written after
an edit. They are pickles: what names any other type than those of data is not unpickled.
"""

from __future__ import annotations

import hashlib
import io
import pickle
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path as FilePath
from typing import Any

from handbook import store
from handbook.source import read_plain

KEYS = 4
"""For how many keys the answers of one kind are kept; the oldest go first."""


def read(folder: FilePath | None, kind: str, key: str) -> dict[str, Any]:
    """The answers that a store has of a kind under a key, by name; none from what is damaged."""
    found: dict[str, Any] = {}
    for part in _PARTS if folder else ():
        try:
            content = read_plain(_path(folder, kind, key, part), store.LARGEST)
            digest, pickled = content[:_LENGTH], content[_LENGTH:]
            if digest == _digest(pickled):
                found |= _Plain(io.BytesIO(pickled)).load()
        except (OSError, pickle.UnpicklingError, *_DAMAGED):
            continue
    return found


def write(
    folder: FilePath | None,
    kind: str,
    key: str,
    before: Mapping[str, Any],
    now: Mapping[str, Any],
) -> None:
    """Keep the answers of a kind where they are others than before."""
    if folder is None:
        return
    earlier, later = _parted(before), _parted(now)
    for part in _PARTS:
        if earlier.get(part) != later.get(part):
            pickled = pickle.dumps(later.get(part, {}), protocol=5)
            store.write_file(_path(folder, kind, key, part), _digest(pickled) + pickled)
    _sweep(folder, kind)


_PARTS = "0123456789abcdef"
_DAMAGED = (AttributeError, EOFError, ImportError, IndexError, TypeError, ValueError)
"""What unpickling raises besides its own error, by its documentation and its code."""


def _parted(answers: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    parts: dict[str, dict[str, Any]] = {}
    for name, answer in answers.items():
        part = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[0]
        parts.setdefault(part, {})[name] = answer
    return parts


def _path(folder: FilePath | None, kind: str, key: str, part: str) -> FilePath:
    return (folder or FilePath()) / f"{kind}-{key}" / f"{part}.pickle"


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


_LENGTH = hashlib.sha256().digest_size


def _sweep(folder: FilePath, kind: str) -> None:
    """Delete what has the oldest keys of a kind."""
    with suppress(OSError):  # another process may be at it as well
        found = sorted(folder.glob(f"{kind}-*/"), key=lambda path: path.stat().st_mtime)
        for old in found[:-KEYS]:
            shutil.rmtree(old, ignore_errors=True)


class _Plain(pickle.Unpickler):
    """Reads pickles of data only: naming a function in one would run it."""

    def find_class(self, module: str, name: str) -> Any:
        """A type of data; an UnpicklingError for any other name."""
        found = super().find_class(module, name) if module in _TYPES else None
        if not isinstance(found, type) or found.__module__ != module:
            message = f"{module}.{name} is no type of data"
            raise pickle.UnpicklingError(message)
        return found


_TYPES = frozenset(
    {f"handbook.{name}" for name in ("pages", "problem", "prose", "schema", "sheets", "source")}
    | {"datetime", "decimal"}
)

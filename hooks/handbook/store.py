"""Answers that are kept between runs, by what they were made from.

A store is a folder of JSON files, each named after a digest of everything that its answer depends
on. It may be deleted at any time; what is damaged or cannot be written is made anew. It belongs to
one machine: answers that came with a clone could be made up, so nothing is asked of them.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path as FilePath
from typing import Any

from handbook import git
from handbook.source import read_plain

KEPT = 8
"""How many answers of one kind are kept; the oldest go first."""
LARGEST = 32 * 1024 * 1024
"""Bytes of an answer."""


def of(root: FilePath) -> FilePath | None:
    """The store of a project; none where a link leads elsewhere, or git has files in it."""
    folder = root / ".cache" / "handbook"
    straight = os.path.join(os.path.realpath(root), ".cache", "handbook")  # noqa: PTH118
    if os.path.realpath(folder) != straight:
        return None
    return None if folder.exists() and git.tracks(root, ".cache") else folder


def digest(*parts: str) -> str:
    """What answers to the same question have in common."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def digest_of(content: bytes) -> str:
    """The digest of a file."""
    return hashlib.sha256(content).hexdigest()[:32]


def read(folder: FilePath, kind: str, key: str) -> dict[str, Any]:
    """The answer kept under a key; nothing where there is none, or a damaged one."""
    return read_file(folder / f"{kind}-{key}.json")


def read_file(path: FilePath) -> dict[str, Any]:
    """What a file of a store says; nothing where there is none, or a damaged one, or a link."""
    if path.is_symlink():
        return {}
    try:
        found = json.loads(read_plain(path, LARGEST).decode())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def write(folder: FilePath, kind: str, key: str, answer: dict[str, Any]) -> None:
    """Keep an answer."""
    write_file(folder / f"{kind}-{key}.json", json.dumps(answer).encode())
    try:
        kept = sorted(folder.glob(f"{kind}-*.json"), key=lambda path: path.stat().st_mtime)
        for old in kept[:-KEPT]:
            old.unlink(missing_ok=True)
    except OSError:
        return  # it only makes the next run slower


def write_file(path: FilePath, content: bytes) -> bool:
    """Write a file of a store in one step, so that no other run reads half of it.

    False where it cannot be written, which only makes the next run slower.
    """
    name = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        FilePath(name).chmod(0o644)
        FilePath(name).replace(path)
    except OSError:
        if name:
            with suppress(OSError):
                FilePath(name).unlink()
        return False
    return True


@cache
def code() -> str:
    """What every answer depends on: the code here, and the versions of all that it runs with."""
    here = FilePath(__file__).parent
    texts = [
        path.read_text(encoding="utf-8") for path in sorted(here.glob("*.*")) if path.is_file()
    ]
    packages = {path.name for folder in sys.path for path in FilePath(folder).glob("*.dist-info")}
    return digest(sys.version, *sorted(packages), *texts)


def keep(root: FilePath, name: str, text: str) -> FilePath | None:
    """Keep a text for people beside the answers; none where that cannot be."""
    folder = of(root)
    try:
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
    except OSError:
        return None
    return folder and folder / name

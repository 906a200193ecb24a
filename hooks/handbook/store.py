"""Answers that are kept between runs, by what they were made from.

A store is a folder of JSON files, each named after a digest of everything that its answer depends
on. It may be deleted at any time; what is damaged or cannot be written is made anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path as FilePath
from typing import Any

KEPT = 8
"""How many answers of one kind are kept; the oldest go first."""


def digest(*parts: str) -> str:
    """What answers to the same question have in common."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def read(folder: FilePath, kind: str, key: str) -> dict[str, Any]:
    """The answer kept under a key; nothing where there is none, or a damaged one."""
    try:
        found = json.loads((folder / f"{kind}-{key}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write(folder: FilePath, kind: str, key: str, answer: dict[str, Any]) -> None:
    """Keep an answer, in one step, so that no other run reads half of it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(answer, file)
        FilePath(name).replace(folder / f"{kind}-{key}.json")
        kept = sorted(folder.glob(f"{kind}-*.json"), key=lambda path: path.stat().st_mtime)
        for old in kept[:-KEPT]:
            old.unlink(missing_ok=True)
    except OSError:
        return  # a folder that cannot be written to only makes the next run slower

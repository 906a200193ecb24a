"""Finished pages, kept between builds by everything that they were made from.

A page is made from its value (`pages.Page`), which holds exactly what its templates are given of
its own record and of others; from the notes of what it cites; and from the frame that all pages
share: templates, settings, navigation, versions, code. A digest of all this is its key, and what it
became is a sheet. The HTML lies in the store under its own digest: a new site takes it from there
as a hard link, and a damaged file is no longer what its name says.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path as FilePath

from handbook import store
from handbook.pages import Page, plain


@dataclass(frozen=True)
class Sheet:
    """What a page became: its HTML by digest, its ids, and by page the ids it links to.

    Each id that it links to comes with the link as it was written.
    """

    html: str
    anchors: tuple[str, ...]
    links: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Print:
    """A page that was just made: its sheet, and what is to be told of it each time.

    That is what was said while it was made (by whom, how loud, in which words), and what its
    policy makes a browser block.
    """

    sheet: Sheet
    said: tuple[tuple[str, int, str], ...]
    blocked: tuple[str, ...]


def frame(templates: FilePath, *words: str) -> str:
    """What all pages of a build share: the code, the templates, all versions, and `words`."""
    code = FilePath(__file__).parent.parent
    files = [*code.rglob("*.py"), *code.rglob("*.yml"), *templates.rglob("*.*")]
    texts = [
        f"{path}\n{path.read_text(encoding='utf-8')}"
        for path in sorted(files)
        if path.suffix in _TEXTS and path.is_file()
    ]
    packages = [path.name for folder in sys.path for path in FilePath(folder).glob("*.dist-info")]
    return store.digest(sys.version, *sorted(packages), *texts, *words)


_TEXTS = frozenset({".py", ".yml", ".html", ".md", ".txt"})


def key(frame: str, page: Page, around: Iterable[str]) -> str:
    """The key of a page's sheet; `around` is what else of the site it is made from, in words."""
    value = (
        *(page.uri, page.title, page.body, page.source, page.anchors),
        *(plain(page.meta), plain(page.front), plain(page.control)),
    )
    return store.digest(frame, json.dumps(value, ensure_ascii=False), *around)


class Rack:
    """The sheets of one frame, in a folder of the store; without one, for this process only."""

    def __init__(self, folder: FilePath | None, frame: str) -> None:
        self.frame = frame
        self.folder = folder
        self.html = _writable(folder / "html") if folder else None
        self.lost = None if self.html else tempfile.TemporaryDirectory(prefix="handbook-")
        self.before = store.read(folder, _KIND, frame) if folder and self.html else {}
        self.used: dict[str, Sheet] = {}

    def find(self, key: str) -> Sheet | None:
        """The sheet under a key, if it and its HTML are still there."""
        try:
            found = Sheet(**self.before[key])
        except (KeyError, TypeError):
            return None
        if not self._path(found.html).is_file():
            return None
        self.used[key] = found
        return found

    def write(self, html: bytes) -> str:
        """Keep the HTML of a page, and give its digest. Safe in two processes at once."""
        digest = _digest(html)
        path = self._path(digest)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(html)
        FilePath(name).chmod(0o644)
        FilePath(name).replace(path)
        return digest

    def keep(self, key: str, sheet: Sheet) -> None:
        """Keep a sheet whose HTML has been written."""
        self.used[key] = sheet

    def place(self, sheet: Sheet, target: FilePath) -> bool:
        """Put the HTML of a sheet where a site is made; false if it is gone or damaged."""
        path = self._path(sheet.html)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        try:
            try:
                os.link(path, target)
            except OSError:  # another disk, or one that knows no links
                shutil.copyfile(path, target)
            if _digest(target.read_bytes()) == sheet.html:
                return True
        except FileNotFoundError:
            return False
        path.unlink(missing_ok=True)
        target.unlink(missing_ok=True)
        return False

    def save(self) -> None:
        """Write down what was used, and what was before, within bounds."""
        if self.folder is None or self.html is None:
            return
        if list(self.used) != list(self.before):
            entries = {name: one for name, one in self.before.items() if name not in self.used}
            entries |= {name: asdict(one) for name, one in self.used.items()}
            names = list(entries)[-_TIMES * len(self.used) :]
            store.write(self.folder, _KIND, self.frame, {name: entries[name] for name in names})
        self._sweep()

    def _sweep(self) -> None:
        """Delete what was longest in no site, where there is much more than a site has."""
        found = [FilePath(one) for top in os.scandir(self.html or "") for one in os.scandir(top)]
        if len(found) > _TIMES * len(self.used) + _SPARE:
            # Each link to a file changes its status, and so the time of that.
            found.sort(key=_changed)
            for path in found[: -_TIMES * len(self.used) or None]:
                path.unlink(missing_ok=True)

    def _path(self, digest: str) -> FilePath:
        top = self.html or FilePath(self.lost.name if self.lost else "")
        return top / digest[:2] / digest[2:]


_KIND = "sheets"
_TIMES = 3
"""How many times the pages of a site are kept, for what comes back."""
_SPARE = 500


def _changed(path: FilePath) -> float:
    try:
        return path.stat().st_ctime
    except FileNotFoundError:
        return 0.0


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


def _writable(folder: FilePath) -> FilePath | None:
    """A folder that can be written to, made where there is none."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return None

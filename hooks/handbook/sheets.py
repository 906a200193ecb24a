"""Finished pages, kept between builds by everything that they were made from.

A page is made from its value (`pages.Page`), which holds exactly what its templates are given of
its own record and of others; from the notes of what it cites; and from the frame that all pages
share: templates, settings, navigation, versions, code. A digest of all this is its key, and what it
became is a sheet. The HTML lies in the store under its own digest: a new site takes it from there
as a hard link, and a damaged file is no longer what its name says.
"""

from __future__ import annotations

import atexit
import errno
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path as FilePath

from handbook import kept, store
from handbook.pages import Page, written


@dataclass(frozen=True)
class Sheet:
    """What a page became: its HTML by digest, its ids, and by page the ids it links to.

    Each id that it links to comes with the link as it was written. `key` is what it was made from.
    """

    key: str
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
    files = [
        f"{path.relative_to(templates)} {store.digest_of(path.read_bytes())}"
        for path in sorted(templates.rglob("*"))
        if path.is_file()
    ]
    return store.digest(store.code(), *files, *words)


def key(frame: str, page: Page, around: Iterable[str]) -> str:
    """The key of a page's sheet; `around` is what else of the site it is made from, in words."""
    values = page.meta
    if page.made_from:  # a digest of most of them already
        values = {name: one for name, one in page.meta.items() if name in _NO_VALUES}
    value = (page.uri, page.made_from, page.title, page.body, page.source, page.anchors, values)
    return store.digest(frame, written((*value, page.front, page.control)), *around)


_NO_VALUES = frozenset(
    {"title", "description", "template", "section", "generated", "data", "linked_data"}
)
"""What `meta` has besides the values that a draft is made from."""


class Rack:
    """The sheets of one frame, in a folder of the store; without one, for this process only.

    Of each page there is the sheet that was last made, by the page's uri.
    """

    def __init__(self, folder: FilePath | None, frame: str) -> None:
        self.frame = frame
        self.folder = folder if folder and _is_writable(folder) else None
        self.top = self.folder or FilePath(tempfile.mkdtemp(prefix="handbook-"))
        if self.folder is None:
            atexit.register(shutil.rmtree, self.top, ignore_errors=True)
        self.before: dict[str, Sheet] = kept.read(self.folder, _KIND, frame)
        self.now: dict[str, Sheet] = {}

    def find(self, uri: str, key: str) -> Sheet | None:
        """The sheet of a page, if it has this key and its HTML is still there."""
        found = self.before.get(uri)
        if found is None or found.key != key or not os.path.isfile(self._path(found.html)):  # noqa: PTH113
            return None
        self.now[uri] = found
        return found

    def write(self, html: bytes) -> str:
        """Keep the HTML of a page, and give its digest. Safe in two processes at once.

        Raises OSError where it cannot be kept.
        """
        digest = store.digest_of(html)
        if not store.write_file(FilePath(self._path(digest)), html):
            raise OSError(errno.EIO, "the store cannot be written to", self._path(digest))
        return digest

    def keep(self, uri: str, sheet: Sheet) -> None:
        """Keep the sheet of a page, whose HTML has been written."""
        self.now[uri] = sheet

    def place(self, sheet: Sheet, target: str) -> bool:
        """Put the HTML of a sheet where a site is made; false if it is gone or damaged."""
        path = self._path(sheet.html)
        try:
            _put(path, target)
            if _digest_at(target) == sheet.html:
                return True
        except FileNotFoundError:
            return False
        for damaged in (path, target):
            with suppress(FileNotFoundError):
                os.unlink(damaged)  # noqa: PTH108 - as below
        return False

    def save(self) -> None:
        """Write down which sheets there are now, and delete HTML that is of no use any more."""
        kept.write(self.folder, _KIND, self.frame, self.before, self.now)
        tops = os.scandir(self.folder / "html") if self.folder else ()
        found = [one.path for top in tops for one in os.scandir(top)]
        most = _TIMES * (len(self.now) + _SPARE)
        if len(found) > most:
            # To link a file somewhere else changes its status: these are the longest unused.
            for path in sorted(found, key=_changed)[:-most]:
                FilePath(path).unlink(missing_ok=True)

    def _path(self, digest: str) -> str:
        return f"{self.top}/html/{digest[:2]}/{digest[2:]}"


# For each of thousands of pages: objects for their paths would take longer than the work itself.


def _put(path: str, target: str) -> None:
    """Link a file, or copy it; in place of what is there."""
    try:
        os.link(path, target)
    except FileNotFoundError:
        if not os.path.exists(path):  # noqa: PTH110
            raise
        os.makedirs(os.path.dirname(target), exist_ok=True)  # noqa: PTH103, PTH120
        _put(path, target)
    except FileExistsError:
        os.unlink(target)  # noqa: PTH108
        _put(path, target)
    except OSError:  # another disk, or one that knows no links
        shutil.copyfile(path, target)


def _digest_at(path: str) -> str:
    with open(path, "rb") as file:  # noqa: PTH123
        return store.digest_of(file.read())


_KIND = "sheets"
_TIMES = 4
"""How many times the pages of a site their HTML is kept: for `build`, for `serve`, for change."""
_SPARE = 100


def _changed(path: str) -> float:
    try:
        return FilePath(path).stat().st_ctime
    except FileNotFoundError:
        return 0.0


def _is_writable(folder: FilePath) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False

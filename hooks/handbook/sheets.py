"""Finished pages, kept between builds by everything that they were made from.

A page is made from its value (`pages.Page`), which holds exactly what its templates are given of
its own record and of others; from the notes of what it cites; and from the frame that all pages
share: templates, settings, navigation, versions, code. A digest of all this is its key, and what it
became is a sheet. The HTML lies in the store under its own digest: a new site takes it from there
as a hard link, and a damaged file is no longer what its name says.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
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
    """The sheets of one frame, in a folder of the store.

    What cannot be kept there is put `beside`, in a folder that goes with the build. Of each page
    there is the sheet that was last made, by the page's uri.
    """

    def __init__(self, folder: FilePath | None, frame: str, beside: FilePath) -> None:
        self.frame = frame
        self.folder = folder
        self.tops = tuple(str(one / "html") for one in (folder, beside) if one)
        self.before: dict[str, Sheet] = kept.read(folder, _KIND, frame)
        self.now: dict[str, Sheet] = {}

    def find(self, uri: str, key: str) -> Sheet | None:
        """The sheet of a page, if it has this key and its HTML is still there."""
        found = self.before.get(uri)
        if found is None or found.key != key or not self._paths(found.html):
            return None
        self.now[uri] = found
        return found

    def write(self, html: bytes) -> str:
        """Put the HTML of a page where it is found, and give its digest.

        Safe in two processes at once. Raises OSError where it can be put nowhere.
        """
        digest = store.digest_of(html)
        if not any(store.write_file(FilePath(_at(top, digest)), html) for top in self.tops):
            raise OSError(errno.EIO, "a page cannot be written", _at(self.tops[-1], digest))
        return digest

    def keep(self, uri: str, sheet: Sheet) -> None:
        """Keep the sheet of a page, whose HTML has been written."""
        self.now[uri] = sheet

    def place(self, sheet: Sheet, target: str) -> bool:
        """Put the HTML of a sheet where a site is made; false if it is gone or damaged."""
        for path in self._paths(sheet.html):
            with suppress(FileNotFoundError):
                _put(path, target)
                if _is_sound(target, sheet.html):
                    return True
                os.unlink(target)  # noqa: PTH108 - as below
                os.unlink(path)  # noqa: PTH108
        return False

    def save(self) -> None:
        """Write down which sheets there are now, and delete HTML that is of no use any more."""
        kept.write(self.folder, _KIND, self.frame, self.before, self.now)
        found = [path for path in _html(self.tops[0]) if _NAME.search(path)]
        most = _TIMES * (len(self.now) + _SPARE)
        if len(found) > most:
            # To link a file somewhere else changes its status: these are the longest unused.
            for path in sorted(found, key=_changed)[:-most]:
                FilePath(path).unlink(missing_ok=True)

    def _paths(self, digest: str) -> list[str]:
        found = (_at(top, digest) for top in self.tops)
        return [path for path in found if os.path.isfile(path)]  # noqa: PTH113


def _at(top: str, digest: str) -> str:
    return f"{top}/{digest[:2]}/{digest[2:]}"


def _html(top: str) -> Iterator[str]:
    """What lies in the folders of a store's HTML; nothing of what a link leads to."""
    with suppress(OSError):
        for folder in os.scandir(top):
            if folder.is_dir(follow_symlinks=False):
                yield from (one.path for one in os.scandir(folder) if not one.is_symlink())


_NAME = re.compile(r"/[0-9a-f]{30}$|\.part$")
"""How what is kept there is called, and what was to be kept."""


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
        os.chmod(target, 0o644)  # noqa: PTH101


def _is_sound(path: str, digest: str) -> bool:
    """Whether a file holds what its digest says, and may be read by those who serve it."""
    with open(path, "rb") as file:  # noqa: PTH123
        is_readable = os.fstat(file.fileno()).st_mode & 0o777 == 0o644  # noqa: PLR2004
        return is_readable and store.digest_of(file.read()) == digest


_KIND = "sheets"
_TIMES = 4
"""How many times the pages of a site their HTML is kept: for `build`, for `serve`, for change."""
_SPARE = 100


def _changed(path: str) -> float:
    try:
        return FilePath(path).stat().st_ctime
    except FileNotFoundError:
        return 0.0

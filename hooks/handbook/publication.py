"""A site is made as a full tree beside the one before it, and takes its place in one step.

So readers, and whoever serves the folder, have the whole old site or the whole new one, and a build
that fails or is killed at any moment leaves the last good one. Where the system can exchange two
folders (`renameat2` with RENAME_EXCHANGE: Linux, on most file systems), that is one step indeed.
Elsewhere it is two renamings, and for the moment between them there is no site: what is killed just
there is put back by the next build, before it does anything else.

A stage is named `.site-<process>-…`, so that the next build knows what a killed one left behind.

To make and to delete thousands of folders takes longer than to fill them. So those of the old site
are put away, empty, and a stage begins with them.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path as FilePath


def place(site: FilePath) -> FilePath:
    """Where a site is to stand; links to the folder that holds it are followed.

    Raises OSError where something stands there that is no folder: what a link leads to is not ours.
    """
    target = site.parent.resolve() / site.name
    if target.is_symlink():
        raise OSError(errno.ENOTDIR, "this is a link, and a site takes its place", str(site))
    if target.exists() and not target.is_dir():
        raise OSError(errno.ENOTDIR, "this is no folder, and a site takes its place", str(site))
    return target


def recover(target: FilePath) -> None:
    """Sweep away what killed builds left; put the site back that one of them took down."""
    for left in sorted(target.parent.glob(f"{_STAGE}*-*")):
        maker = left.name.split("-")[1]
        if left.is_symlink() or not maker.isdigit() or _is_running(int(maker)):
            continue
        if left.name.endswith(_taken_down(target)) and not target.exists():
            left.rename(target)
        else:
            shutil.rmtree(left, ignore_errors=True)


def stage(target: FilePath) -> FilePath:
    """An empty folder beside the site, for a build to write to."""
    target.parent.mkdir(parents=True, exist_ok=True)
    made = FilePath(tempfile.mkdtemp(prefix=f"{_STAGE}{os.getpid()}-", dir=target.parent))
    made.chmod(0o755)
    return made


def furnish(made: FilePath, folders: FilePath) -> None:
    """Let an empty stage begin with the folders that were put away, if they are fit for it."""
    new = made / "new"
    new.mkdir()
    mode = new.stat().st_mode
    new.rmdir()
    with suppress(OSError):  # there are none, or another build has them, or another disk
        folders.rename(made)
    if not _holds_only_folders(made, mode):
        shutil.rmtree(made)
        made.mkdir()
    made.chmod(0o755)


def put_away(made: FilePath, folders: FilePath | None) -> None:
    """Delete what a build has left; its folders are kept as `folders`, if that can be."""
    if folders:
        with suppress(OSError):
            _empty(made)
            made.rename(folders)
    shutil.rmtree(made, ignore_errors=True)


def _holds_only_folders(path: FilePath | str, mode: int) -> bool:
    """Whether there are no files below a folder, and all folders are as a new one would be."""
    with os.scandir(path) as entries:
        return all(
            entry.is_dir(follow_symlinks=False)
            and entry.stat().st_mode == mode
            and _holds_only_folders(entry.path, mode)
            for entry in entries
        )


def _empty(path: FilePath | str) -> None:
    """Delete everything below a folder that is no folder."""
    with os.scandir(path) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                _empty(entry.path)
            else:
                os.unlink(entry.path)  # noqa: PTH108 - thousands of objects would take long


def exchange(made: FilePath, target: FilePath) -> None:
    """Let a finished stage and the site change places; the stage then holds the old site.

    Folders into which nothing was put are left out. Of what else the site's folder held, only what
    makes it a branch to publish stays: `KEPT`.
    """
    for folder, _, _ in os.walk(made, topdown=False):
        with suppress(OSError):  # there is something in it
            os.rmdir(folder)  # noqa: PTH106 - as above
    if not target.exists():
        made.rename(target)
        return
    for name in KEPT:
        kept = target / name
        if kept.is_dir() and not kept.is_symlink():
            shutil.copytree(kept, made / name, symlinks=True)
        elif kept.is_symlink() or kept.exists():
            shutil.copy2(kept, made / name, follow_symlinks=False)
    if _exchanged(made, target):
        return
    old = made.with_name(made.name + _taken_down(target))
    target.rename(old)
    try:
        made.rename(target)
    except BaseException:
        old.rename(target)
        raise
    old.rename(made)


KEPT = (".git", ".nojekyll")
"""What outlives an exchange: a clone of the branch that is published, and the empty file that tells
GitHub to publish that as it is. Whatever else lies there was never built, or was built of data that
may not be told any more, so it goes: a file that belongs to the site, such as CNAME, lies in docs/.
"""
_STAGE = ".site-"
_HERE = -100
"""AT_FDCWD: paths are taken as they are."""
_SWAP = 2
"""RENAME_EXCHANGE (renameat2(2), Linux 3.15)."""
_CANNOT = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP)
"""Answers of systems of files that know no exchange."""


def _exchanged(one: FilePath, other: FilePath) -> bool:
    """Exchange two folders in one step; false where the system cannot."""
    if sys.platform != "linux":
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError:
        return False  # a C library without it
    if rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _SWAP) == 0:
        return True
    number = ctypes.get_errno()
    if number in _CANNOT:
        return False
    raise OSError(number, os.strerror(number), str(other))


def _taken_down(target: FilePath) -> str:
    """How the name of a site ends while it is between two renamings."""
    return f"-was-{target.name}"


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True

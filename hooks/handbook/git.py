"""Git, asked with fixed words. It is a program and no library, so it may be missing or refuse."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path as FilePath


class GitError(Exception):
    """Git is missing, refuses, or does not have what was asked for; said in plain words."""


def ask(root: FilePath, *arguments: str, given: bytes = b"") -> bytes:
    """What git answers in a folder, with `given` on its standard input.

    Raises:
        GitError: it did not answer.
    """
    try:
        done = subprocess.run(  # noqa: S603 - fixed words, and paths after --
            _command(root, *arguments),
            input=given,
            capture_output=True,
            check=False,
            env=os.environ | {"LC_ALL": "C"},
        )
    except OSError as error:
        raise GitError("git is missing") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise GitError(_plain_words(said[0] if said else "git failed"))
    return done.stdout


def is_shallow(root: FilePath) -> bool:
    """Whether a clone was made without its whole history."""
    return ask(root, "rev-parse", "--is-shallow-repository").strip() == b"true"


def seconds(told: str) -> int:
    """A time of a commit, in seconds since 1970; one that no calendar has is the nearest that has.

    Who made the commit chose it.
    """
    return min(max(int(told), 0), _LAST)


_LAST = 253_402_214_400
"""The last day of the year 9999, in UTC; in no zone has it ended."""


def tracks(root: FilePath, folder: str) -> bool:
    """Whether git has anything of a folder, however its name is capitalised; or does not say."""
    top = root.resolve()
    if not any((one / ".git").exists() for one in (top, *top.parents)):
        return False
    try:
        return bool(ask(root, "ls-files", "-z", "--", f":(icase){folder}"))
    except GitError:
        return True


@contextmanager
def reader(root: FilePath) -> Iterator[Callable[[str], bytes]]:
    """Reads blobs, one at a time. One that is missing is history that is not there."""
    with subprocess.Popen(  # noqa: S603 - fixed words
        _command(root, "cat-file", "--batch"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as git:
        asked, told = git.stdin, git.stdout
        assert asked and told  # noqa: PT018, S101 - both are pipes

        def read_blob(name: str) -> bytes:
            asked.write(f"{name}\n".encode())
            asked.flush()
            # <blob> blob <size>, or <blob> missing, or nothing where git gave up
            head = told.readline().split()
            if len(head) < len(("name", "kind", "size")):
                raise GitError(f"git does not have {name}")
            return told.read(int(head[2]) + 1)[:-1]

        yield read_blob


def _command(root: FilePath, *arguments: str) -> list[str]:
    return ["git", "-C", str(root), *_PLAIN, *arguments]


_PLAIN = ("-c", "log.showRoot=true", "-c", "log.showSignature=false", "-c", "color.ui=false")
"""What somebody's own settings must not change."""


def _plain_words(said: str) -> str:
    if "not a git repository" in said:
        return "this is no git repository"
    if "does not have any commits" in said:
        return "nothing is committed yet"
    return f"git says {said.removeprefix('fatal: ')}"

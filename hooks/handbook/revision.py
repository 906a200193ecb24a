"""The files of a handbook as a commit has them, read from git alone: no working tree is touched.

Nothing is unpacked, so names and links of an old version lead nowhere: a path is only ever a key.
"""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path as FilePath

from handbook import git
from handbook.git import GitError
from handbook.problem import Problem
from handbook.schema import quoted
from handbook.source import Source, leads_astray, leads_out, parsed, text_of

MAIN = "origin/main"
"""The branch that a change is proposed for."""


class UnknownRevisionError(Exception):
    """Git cannot say what a revision held; what it would need is said in plain words."""


def base(root: FilePath, name: str | None) -> str:
    """The commit that a change begins with: the one named, else where it left `origin/main`.

    Without an `origin/main` it is the last commit. A shallow clone does not know where anything
    left anything, unless it holds both ends and all between them.

    Raises:
        UnknownRevisionError: there is no such commit here.
    """
    try:
        shallow = git.is_shallow(root)
        if name is not None:
            return _commit(root, name) or _unknown(
                f"there is no revision {quoted(name)} in this clone", shallow
            )
        if not _commit(root, MAIN):
            if shallow:
                return _unknown(f"it is not known where this left {MAIN}", shallow)
            return _commit(root, "HEAD") or _unknown("nothing is committed yet", shallow)
        try:
            return git.ask(root, "merge-base", "HEAD", MAIN).decode().strip()
        except GitError:
            return _unknown(f"it is not known where this left {MAIN}", shallow)
    except GitError as error:
        raise UnknownRevisionError(f"{error}: a comparison needs the git history") from error


def _commit(root: FilePath, name: str) -> str:
    """The id of a commit; empty where there is none of that name."""
    if name.startswith("-") or "\0" in name:
        return ""
    try:
        found = git.ask(root, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    except GitError:
        return ""
    return found.decode().strip()


def _unknown(what: str, shallow: bool) -> str:  # noqa: FBT001 - as it was asked for
    if shallow:
        what += (
            "; this is a shallow clone: fetch all of it (git fetch --unshallow origin, or "
            "fetch-depth: 0 when checking out)"
        )
    else:
        what += "; name a commit, or fetch the branch (git fetch origin)"
    raise UnknownRevisionError(what)


@dataclass(frozen=True)
class _File:
    """A version of a file: its blob; none where it is a link that leads out of the project."""

    blob: str | None


@dataclass(frozen=True)
class Snapshot:
    """The files below `root` as a commit has them.

    `now` are files as they are read today: one whose text is the same is not read again.
    """

    root: FilePath
    commit: str
    now: Mapping[str, Source]

    @cached_property
    def _found(self) -> Mapping[str, _File]:
        told = git.ask(self.root, "ls-tree", "-r", "-z", self.commit, "--", "data", "docs")
        blobs, links = {}, {}
        for line in filter(None, told.split(b"\0")):
            # 100644 blob <blob><tab>data/course.yml
            facts, _, name = line.partition(b"\t")
            mode, _, blob = facts.decode().split()
            path = name.decode("utf-8", "replace")
            if mode == _LINK:
                links[path] = blob
            elif mode in _PLAIN_FILES:
                blobs[path] = blob
        targets = dict(zip(links, _contents(self.root, list(links.values())), strict=True))
        return {path: _File(blob) for path, blob in blobs.items()} | {
            path: _File(blobs.get(_followed(path, targets))) for path in links
        }

    @cached_property
    def _texts(self) -> Mapping[str, bytes]:
        """Every file that is other than now, at once: git is slow to start and quick to answer."""
        blobs = {
            path: one.blob
            for path, one in self._found.items()
            if one.blob and path.endswith((".yml", ".bib", ".md")) and path not in self._as_now
        }
        return dict(zip(blobs, _contents(self.root, list(blobs.values())), strict=True))

    @cached_property
    def _as_now(self) -> frozenset[str]:
        """The files that hold the very bytes of their text today."""
        return frozenset(
            path
            for path, one in self._found.items()
            if one.blob and path in self.now and one.blob == _blob(self.now[path].text, one.blob)
        )

    def names(self, folder: str) -> list[str]:
        """What lies directly in a folder, in order; nothing where there is no such folder."""
        skip = len(folder) + 1
        return sorted({path[skip:].partition("/")[0] for path in self._below(folder)})

    def files(self, folder: str) -> list[str]:
        """The paths of all files below a folder, however deep, in order."""
        return sorted(self._below(folder), key=lambda path: path.split("/"))

    def _below(self, folder: str) -> list[str]:
        return [path for path in self._found if path.startswith(f"{folder}/")]

    def astray(self, folder: str) -> list[Problem]:
        """The problems with links below a folder that lead to no file of the handbook."""
        paths = [folder, *self.files(folder)]
        return [leads_astray(Source(one)) for one in paths if self._found.get(one) == _File(None)]

    def has(self, file: str) -> bool:
        """Whether a file has this path, be it readable or not."""
        return file in self._found

    def read(self, file: str) -> Source:
        """One YAML file."""
        source = self.read_text(file)
        return source if source is self.now.get(file) else parsed(source)

    def read_text(self, file: str) -> Source:
        """One text file, or the very value that stands for it today."""
        if file in self._as_now:
            return self.now[file]
        if file not in self._texts:
            source = Source(file)
            source.problems.append(leads_out(source))
            return source
        source, now = text_of(file, self._texts[file]), self.now.get(file)
        same = now and source.text and source.text == now.text and not source.problems
        return now if now and same else source


def _blob(text: str, like: str) -> str:
    """The id that git gives to a file with a text, by the hash that another id is made with."""
    raw = text.encode()
    made = hashlib.new("sha1" if len(like) == SHA1 else "sha256", usedforsecurity=False)
    made.update(b"blob %d\0" % len(raw))
    made.update(raw)
    return made.hexdigest()


SHA1 = 40
"""Hexadecimal digits."""
_LINK = "120000"
_PLAIN_FILES = ("100644", "100755")
_MOST_LINKS = 40
"""As many as Linux follows one after the other."""


def _followed(path: str, targets: Mapping[str, bytes]) -> str:
    """Where a link leads in the end."""
    for _ in range(_MOST_LINKS):
        if path not in targets:
            break
        target = targets[path].decode("utf-8", "replace")
        path = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    return path


def _contents(root: FilePath, blobs: list[str]) -> Iterator[bytes]:
    """What blobs hold, in their order."""
    if not blobs:
        return
    told = git.ask(root, "cat-file", "--batch", given="".join(f"{one}\n" for one in blobs).encode())
    position = 0
    for blob in blobs:
        # <blob> blob <size>, or <blob> missing
        end = told.index(b"\n", position)
        head = told[position:end].split()
        if len(head) < len(("name", "kind", "size")):
            raise GitError(f"git does not have {blob}")
        size = int(head[2])
        yield told[end + 1 : end + 1 + size]
        position = end + 1 + size + 1

"""Another course: the same program and looks, with data/ and docs/ of its own that are yet to fill.

The tests of the program are about the program, and stay with it.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path as FilePath

from handbook import book as books
from handbook import editor, skeleton
from handbook.compose import inspect
from handbook.problem import on_one_line

HOME = FilePath(__file__).parents[2]
"""The clone that this program runs from."""

_FOLDERS = ("hooks", "overrides", "docs/assets", ".vscode")
_FILES = ("mkdocs.yml", "pyproject.toml", "requirements.txt", "LICENSE", ".gitignore")
_BEGINNING = FilePath(__file__).with_name("beginning")
"""The files that a new course begins with, as they will stand in its folder."""


class NotStartedError(ValueError):
    """Nothing was made."""


def start(target: FilePath, title: str, home: FilePath = HOME) -> None:
    """Make the folder of a new course.

    It is made beside its place and moved there when it is whole. Raises NotStartedError where there
    is something already, the title is none, or the program is no clone; OSError as it comes.
    """
    _check(target, home)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".handbook-", dir=target.parent) as name:
        made = FilePath(name) / "course"
        for folder in _FOLDERS:
            ignored = shutil.ignore_patterns("__pycache__", "*.egg-info", "*.pyc")
            shutil.copytree(home / folder, made / folder, ignore=ignored)
        for file in _FILES:
            shutil.copyfile(home / file, made / file)
        shutil.copytree(_BEGINNING, made, dirs_exist_ok=True)
        readme = made / "README.md"
        words = re.sub(r"[\\`*_\[\]<>&#]", r"\\\g<0>", on_one_line(title))
        _write(readme, readme.read_text(encoding="utf-8").replace("{title}", words))
        _write(made / "data" / "course.yml", skeleton.course(books.load(made)[0], title))
        found = inspect(made)
        if not found.spotless:
            raise NotStartedError(f"{found.problems[0].message} ({found.problems[0].hint})")
        for schema, text in editor.files(found.book).items():
            _write(made / schema, text)
        shutil.rmtree(made / ".cache", ignore_errors=True)
        made.replace(target)


def _check(target: FilePath, home: FilePath) -> None:
    if target.is_dir() and any(target.iterdir()):
        raise NotStartedError(f"{target} is not empty: name a folder that is new")
    if target.exists() and not target.is_dir():
        raise NotStartedError(f"{target} is a file: name a folder that is new")
    if not all((home / file).is_file() for file in _FILES):
        raise NotStartedError(
            "this program was not installed from a clone, which is what is copied"
        )
    inside = [
        folder for folder in _FOLDERS if (home / folder).resolve() in target.resolve().parents
    ]
    if inside:
        raise NotStartedError(f"{target} lies inside {inside[0]}, which is copied: name another")


def _write(path: FilePath, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")

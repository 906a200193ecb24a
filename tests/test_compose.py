"""The core by itself: without MkDocs, in one direction, the same twice."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

from conftest import ROOT

from handbook import __doc__ as order
from handbook import addresses
from handbook.compose import compose
from handbook.pages import plain

WITHOUT = """
import sys
class Block:
    def find_spec(self, name, *rest):
        if name.split(".")[0] in ("mkdocs", "material", "mkdocs_bibtex"):
            raise ImportError(name)
sys.meta_path.insert(0, Block())
from pathlib import Path
from handbook.compose import compose
from handbook.pages import plain
made = compose(Path(sys.argv[1]))
assert made.sound and len(made.pages) > 100, (made.problems, len(made.pages))
import handbook.extension, handbook.markup, handbook.dates, handbook.cli
"""


def test_the_core_needs_no_mkdocs() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, str(ROOT)], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_a_module_imports_only_from_those_before_it() -> None:
    listed = re.search(r"in this order: (.*)\.\n", order or "", re.DOTALL)
    assert listed
    names = listed[1].replace("\n", " ").split(", ")
    files = {path.stem for path in (ROOT / "hooks" / "handbook").glob("*.py")} - {"__init__"}

    assert files == set(names)
    for number, name in enumerate(names):
        tree = ast.parse((ROOT / "hooks" / "handbook" / f"{name}.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("handbook"):
                module = (node.module or "").partition(".")[2]
                used = [module] if module else [alias.name for alias in node.names]
                assert set(used) <= set(names[:number]), (name, used)


def test_the_real_course_has_no_problems_and_gives_the_same_pages_twice() -> None:
    first, second = compose(ROOT), compose(ROOT)

    assert first.problems == ()
    assert first.pages == second.pages


def test_every_address_has_its_page_and_every_page_its_address() -> None:
    made = compose(ROOT)

    assert {addresses.of_uri(page.uri): page.uri for page in made.pages} == (
        addresses.all_pages(made.book)
    )


def test_what_templates_read_is_json() -> None:
    for page in compose(ROOT).pages:
        assert json.loads(json.dumps(plain(page.meta))) == plain(page.meta), page.uri


def test_nothing_in_code_or_templates_knows_this_course() -> None:
    known = re.compile(
        r"nextcell|vecura|procella|smartcella|karolinska|jacie|\batmps?\b|eudralex", re.IGNORECASE
    )
    files = [
        path
        for folder in ("hooks", "overrides")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".html", ".md", ".typ", ".yml")
    ]

    assert [
        (path.name, found) for path in files if (found := known.findall(path.read_text()))
    ] == []


def test_markup_stays_out_of_the_core() -> None:
    tag = re.compile(r"['\"]\s*</?(?:div|span|p|ul|ol|li|table|tr|td|a|section|h[1-6])[ >]")
    taken_away = re.compile(r'remove(?:prefix|suffix)\("[^"]*"\)')
    files = Path(ROOT / "hooks").rglob("*.py")
    texts = {path.name: taken_away.sub("", path.read_text()) for path in files}

    assert [name for name, text in texts.items() if tag.search(text)] == []

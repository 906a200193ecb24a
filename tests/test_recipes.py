"""The recipes of the contributing guide, followed to the letter, so that they cannot go stale.

A recipe is a page in docs/contributing/. Its blocks are followed from top to bottom, in a copy of
the course as it stands, and each has one of these forms:

- `# FILE` on the first line: the whole of a new file;
- `# FILE, before` and then `# FILE, after`: what stands there, and what takes its place;
- `# FILE, at the end`: lines that are added (`%` is BibTeX's `#`);
- `sh`: commands of `handbook`;
- `text`: what a program says, by the sentence above it. 'The comment says' is followed by a piece
  of `handbook diff`, and then the change is accepted. 'With `X` instead of `Y`' is a slip: it is
  made, and taken back. Otherwise it is what the check says as things stand. What is said is told
  whole, and `pytest --golden` writes it anew, unless it is said 'among other things'.

Where data has changed under a recipe, this fails: the recipe must follow.
"""

from __future__ import annotations

import io
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from conftest import ROOT, assemble, mkdocs

from handbook import cli
from handbook.compose import inspect

GUIDE = ROOT / "docs" / "contributing"
RECIPES = {
    path.stem: path for path in sorted(GUIDE.glob("*.md")) if "\n## Steps\n" in path.read_text()
}

BLOCK = re.compile(r"^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"[#%] (?P<file>\S+)(?:, (?P<how>before|after|at the end))?\n")
SLIP = re.compile(r"[Ww]ith\s`([^`]+)`\sinstead\sof\s`([^`]+)`")


@dataclass
class Copy:
    """A copy of the course in which a recipe is followed."""

    root: Path
    written: list[tuple[Path, str]] = field(default_factory=list)
    before: str = ""
    commands: str = ""

    def accept(self) -> None:
        """Take the change over into the course."""
        who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
        for words in (("add", "-A"), (*who, "commit", "-qm", "Accepted")):
            subprocess.run(["git", *words], cwd=self.root, check=True)

    def follow(self, kind: str, text: str, above: str) -> str | None:
        """Do what a block says, under the words above it; the value is what is told then."""
        if kind == "sh":
            self.commands = text
            self.run(text)
        elif kind != "text":
            self.edit(text)
        elif above.endswith("he comment says:"):
            told = self.run(".venv/bin/handbook diff HEAD")
            assert f"\n{text}" in told, told
            self.accept()
        else:
            slips = SLIP.findall(above)
            told = self.slipped(*slips[-1]) if slips else self.check(self.written[-1][0])
            if not above.endswith("among other things:"):
                return told
            assert text in told, told
        return None

    def edit(self, text: str) -> None:
        named = NAMED.match(text)
        assert named, f"no file is named: {text}"
        file, how, lines = self.root / named["file"], named["how"], text[named.end() :].rstrip("\n")
        there = file.read_text(encoding="utf-8") if file.exists() else ""
        if how == "before":
            assert there.count(lines) == 1, f"once in {named['file']}? {lines}"
            self.before = lines
            return
        if how == "after":
            file.write_text(there.replace(self.before, lines), encoding="utf-8")
        else:
            assert file.exists() == (how is not None), f"{named['file']} is there, or is not"
            file.write_text(f"{there}{lines}\n", encoding="utf-8")
        self.written.append((file, lines))

    def run(self, commands: str) -> str:
        """What commands of the handbook print."""
        said = io.StringIO()
        for line in commands.splitlines():
            program, *arguments = shlex.split(line)
            assert program == ".venv/bin/handbook"
            with (
                pytest.MonkeyPatch.context() as patch,
                redirect_stdout(said),
                redirect_stderr(said),
            ):
                patch.chdir(self.root)
                cli.main(arguments)
        return said.getvalue()

    def slipped(self, wrong: str, right: str) -> str:
        """What is told with one slip: in a command, in a file's name, or in what was written."""
        for line in self.commands.splitlines():
            if right in line:
                return self.run(line.replace(right, wrong))
        if (self.root / right).is_file():
            (self.root / right).rename(self.root / wrong)
            told = self.check(self.root / wrong)
            (self.root / wrong).rename(self.root / right)
            return told
        file, lines = next(one for one in self.written if right in one[1])
        assert lines.count(right) == 1, f"{right} was written more than once"
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace(lines, lines.replace(right, wrong)), encoding="utf-8")
        told = self.check(file)
        file.write_text(text, encoding="utf-8")
        return told

    def check(self, file: Path) -> str:
        """What the check says of the course that a file belongs to, without the places."""
        problems = inspect(course_of(file)).problems
        places = {
            problem: f"{problem.file}:{problem.line}:{problem.column}: " for problem in problems
        }
        return "".join(f"{str(one).removeprefix(places[one])}\n" for one in problems)


def course_of(file: Path) -> Path:
    return next(one for one in file.parents if (one / "data").is_dir())


def unnumbered(told: str) -> str:
    """Without the lines of files, for they depend on what others write above."""
    return re.sub(r"(\.yml:|\bline )\d+", r"\1", told)


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    root = assemble(ROOT, tmp_path / "course")
    shutil.copy(ROOT / ".gitignore", root)
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    made = Copy(root)
    made.accept()
    return made


def followed(page: str, copy: Copy) -> str:
    """A recipe with what is told whole as it is told now."""

    def told(match: re.Match[str]) -> str:
        above = page[: match.start()].rstrip()
        said = copy.follow(match["kind"], match["text"], above[max(above.rfind("```"), 0) :])
        if said is None or unnumbered(said) == unnumbered(match["text"]):
            return match[0]
        return f"```text\n{said}```"

    return BLOCK.sub(told, page)


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_does_what_it_says(
    name: str, copy: Copy, golden: Callable[[Path, str], str]
) -> None:
    page = RECIPES[name].read_text(encoding="utf-8")
    assert "```" not in BLOCK.sub("", page)  # a block in a list would be no block on the page

    text = followed(page, copy)
    assert golden(RECIPES[name], text) == text

    course = course_of(copy.written[-1][0])
    left = inspect(course).problems
    if name == "next-year":
        # What the years between have changed is for people to look at; the page tells of it.
        assert {one.severity for one in left} <= {"warning"}
        assert {one.code for one in left} <= set(re.findall(r"HB\d{3}", page)) - {"HB215"}
    else:  # a course that just began may say what is still to be written
        assert [one for one in left if one.code != "HB114"] == []
    if name == "another-course":
        built = mkdocs(course, "--strict")
        assert built.returncode == 0, built.stderr
        assert "<h1>Bird song</h1>" in (course / "site" / "index.html").read_text(encoding="utf-8")
        assert words_of_this_course(course) == {}


WORDS = re.compile(
    r"\bATMP|Karolinska|\bGMP\b|CAR T|Vecura|NextCell|JACIE|Stockholm|mRNA|patient|medicin"
    r"|bedside|gene therap|Läkemedel|Huddinge|Flemingsberg|leukapheresis|Swed(?!ish\b)",
    re.IGNORECASE,
)
"""Words of this course; that terms can have a Swedish form is a field of the schema."""


def words_of_this_course(folder: Path) -> dict[str, list[str]]:
    return {
        path.relative_to(folder).as_posix(): found
        for path in folder.rglob("*")
        if path.is_file()
        and path.suffix in (".html", ".md", ".yml", ".json", ".toml", ".css", ".txt")
        and path.relative_to(folder).parts[0] != "hooks"
        and (found := WORDS.findall(path.read_text(encoding="utf-8")))
    }

"""The workflows: what two linters say of them, and what their scripts post."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import comment
import issue
import posting
import pytest
import yaml
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
SCRIPTS = ROOT / ".github" / "scripts"


def linted(*command: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / command[0]
    return subprocess.run(
        [program, *command[1:], *WORKFLOWS], capture_output=True, text=True, check=False
    )


def test_the_workflows_have_no_faults() -> None:
    found = linted("actionlint", "-no-color", "-shellcheck=", "-pyflakes=")

    assert (found.stdout, found.returncode) == ("", 0)


def test_the_workflows_have_no_holes() -> None:
    found = linted("zizmor", "--offline", "--persona=pedantic", "--format=json", "-q")

    assert [one["ident"] for one in json.loads(found.stdout)] == []


def test_every_action_is_named_by_its_digest() -> None:
    used = [line for path in WORKFLOWS for line in path.read_text().split("\n") if "uses:" in line]

    assert used
    assert [line for line in used if not re.search(r"@[0-9a-f]{40} # v[\d.]+$", line)] == []


def test_the_job_that_asks_other_hosts_can_write_nothing() -> None:
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "weekly.yml").read_text())["jobs"]

    assert {name: job["permissions"] for name, job in jobs.items()} == {
        "look": {"contents": "read"},
        "tell": {"contents": "read", "issues": "write"},
    }
    assert "GH_TOKEN" not in str(jobs["look"])
    assert [step["run"] for step in jobs["tell"]["steps"] if "run" in step] == [
        "python3 .github/scripts/issue.py weekly/weekly.md"
    ]


def test_the_job_that_runs_the_project_cannot_publish() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "pages.yml").read_text())

    assert workflow["permissions"] == {}
    assert {name: job["permissions"] for name, job in workflow["jobs"].items()} == {
        "build": {"contents": "read", "pages": "read"},
        "deploy": {"pages": "write", "id-token": "write"},
    }
    assert [step for step in workflow["jobs"]["deploy"]["steps"] if "run" in step] == []
    assert workflow["jobs"]["build"]["steps"][0]["with"]["fetch-depth"] == 0


def test_jobs_install_what_the_readme_says_and_build_nothing(tmp_path: Path) -> None:
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci", ignore=shutil.ignore_patterns("node_modules"))
    shutil.copy(ROOT / "README.md", tmp_path)
    program(tmp_path / "python3", 'mkdir -p .venv/bin; cp "$0" .venv/bin/pip; echo "$*" >>log')

    done = subprocess.run(
        [tmp_path / ".ci" / "install"], env={"PATH": f"{tmp_path}:{os.defpath}"}, check=False
    )

    assert done.returncode == 0
    assert (tmp_path / "log").read_text() == (
        "-m venv .venv\n"
        "install --quiet --require-hashes -r requirements.txt\n"
        "install --quiet --no-deps --no-build-isolation -e .\n"
    )


def program(path: Path, text: str) -> None:
    """A program that stands in for another one."""
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


# --- The comment -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "posted"),
    [
        (
            "## Moved\n\n- **A lab** is now on *Monday*.",
            "## Moved\n\n- **A lab** is now on *Monday*.",
        ),
        ("<!-- x --> <img src=x>", "&lt;!-- x --> &lt;img src=x>"),
        ("@everyone look", "@|everyone look"),
        ("![x](https://a.example/x.png)", "![x]|(https:|//a.example/x.png)"),
        ("![x][y]\n\n[y]: //a.example/x.png", "![x][y]\n\n[y]|: //a.example/x.png"),
        ("as in #12", "as in #|12"),
        ("as in GH-12, gh-3 and x/y#4", "as in GH|-12, gh|-3 and x/y#|4"),
        ("&#64;all &commat;all &#35;1 R&D", "&|#|64;all &|commat;all &|#|35;1 R&|D"),
        ("by a1b2c3d, not a1b2c3", "by a1b2c3|d, not a1b2c3"),
        ("ab" * 20, "ababab|" * 6 + "abab"),
        ("WWW.a.example ftp://a.example", "WWW|.a.example ftp:|//a.example"),
        ("x@y.example mailto:x@y.example", "x@|y.example mailto:x@|y.example"),
        ("#12 is no heading", "#|12 is no heading"),
        ("a\x1b[31mb\x00\u202ec", "a[31mbc"),
    ],
)
def test_a_comment_is_text_and_nothing_else(text: str, posted: str) -> None:
    assert posting.harmless(text) == posted.replace("|", "\u200b")


@given(st.text())
def test_no_text_makes_a_tag_a_call_or_a_link(text: str) -> None:
    posted = posting.harmless(text)

    assert "<" not in posted
    assert "](" not in posted
    assert "]:" not in posted
    assert not re.search(r"@\w|&[#\w]|#\d|GH-\d|www\.|[0-9a-f]{7}|://", posted.replace("&lt;", ""))
    assert len(posted) <= posting.LONGEST


Post = Callable[[str | None, object, object], tuple[int, list[str], str]]

GH = """#!{python}
import json, pathlib, sys
log = pathlib.Path({log!r})
path = sys.argv[4]
log.write_text(log.read_text() + sys.argv[3] + " " + path + "\\n")
if "pulls" in path:
    print(json.dumps({pulls}))
elif "?per_page" in path:
    start = 100 * (int(path.rpartition("=")[2]) - 1)
    print(json.dumps({comments}[start : start + 100]))
else:
    log.with_suffix(".body").write_text(sys.stdin.read())
    print("{{}}")
"""


@pytest.fixture
def posted(tmp_path: Path) -> Post:
    """Run the script where `gh` is a program that answers as GitHub would, and logs the calls."""

    def run(text: str | None, pulls: object, comments: object) -> tuple[int, list[str], str]:
        log = tmp_path / "log"
        log.write_text("")
        gh = tmp_path / "gh"
        gh.write_text(
            GH.format(
                python=sys.executable,
                log=str(log),
                pulls=repr(pulls),
                comments=repr(comments),
            )
        )
        gh.chmod(0o755)
        file = tmp_path / "comment.md"
        file.unlink(missing_ok=True)
        if text is not None:
            file.write_text(text)
        environment = {
            "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
            "REPOSITORY": "example/handbook",
            "HEAD_OWNER": "someone",
            "HEAD_BRANCH": "a&state=closed::b",
            "HEAD_SHA": "abc",
        }
        done = subprocess.run(
            [sys.executable, SCRIPTS / "comment.py", file],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        body = log.with_suffix(".body")
        return (
            done.returncode,
            log.read_text().splitlines(),
            json.loads(body.read_text())["body"] if body.exists() else "",
        )

    return run


PULLS = "GET repos/example/handbook/pulls?state=open&head=someone%3Aa%26state%3Dclosed%3A%3Ab"
PULLS += "&per_page=100&page=1"
COMMENTS = "GET repos/example/handbook/issues/7/comments?per_page=100&page=1"
THIS = [{"number": 3, "head": {"sha": "old"}}, {"number": 7, "head": {"sha": "abc"}}]


def test_the_first_comment_is_posted_and_then_renewed(posted: Post) -> None:
    first = posted("Moved", THIS, [{"id": 1, "user": {"type": "User"}, "body": comment.MARKER}])
    body = f"{comment.MARKER}\nMoved"

    assert first == (0, [PULLS, COMMENTS, "POST repos/example/handbook/issues/7/comments"], body)
    again = posted("Moved again", THIS, [{"id": 9, "user": {"type": "Bot"}, "body": body}])
    assert again[1][-1] == "PATCH repos/example/handbook/issues/comments/9"


def test_our_comment_is_found_after_hundreds_of_others(posted: Post) -> None:
    others = [{"id": one, "user": None, "body": comment.MARKER} for one in range(250)]
    ours = {"id": 900, "user": {"type": "Bot"}, "body": f"{comment.MARKER}\nMoved"}
    pages = [f"{COMMENTS[:-1]}{page}" for page in (1, 2, 3)]

    done = posted("Moved again", THIS, [*others, ours])

    assert done[:2] == (0, [PULLS, *pages, "PATCH repos/example/handbook/issues/comments/900"])


def test_nothing_is_posted_where_there_is_nobody_or_nothing(posted: Post) -> None:
    assert posted("Moved", THIS[:1], []) == (0, [PULLS], "")
    assert posted("Moved", [*THIS, {**THIS[1], "number": 8}], []) == (0, [PULLS], "")
    assert posted(None, THIS, []) == (1, [], "")


# --- The issue -------------------------------------------------------------------------------


class Tracker:
    """The issues of a repository, kept in a file by a `gh` that answers as GitHub does."""

    def __init__(self, folder: Path, issues: list[dict[str, object]]) -> None:
        self.folder = folder
        self.kept = folder / "issues.json"
        self.kept.write_text(json.dumps(issues))
        gh = folder / "gh"
        gh.write_text(TRACKER.format(python=sys.executable, kept=str(self.kept)))
        gh.chmod(0o755)

    def run(self, text: str) -> tuple[int, str]:
        file = self.folder / "weekly.md"
        file.write_text(text)
        return self.run_with(file)

    def run_with(self, file: Path) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, SCRIPTS / "issue.py", file],
            env={
                "PATH": f"{self.folder}{os.pathsep}{os.environ['PATH']}",
                "REPOSITORY": "example/handbook",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stderr.strip()

    @property
    def issues(self) -> list[dict[str, object]]:
        return list(json.loads(self.kept.read_text()))


TRACKER = """#!{python}
import json, pathlib, sys
from urllib.parse import parse_qs, urlsplit
kept = pathlib.Path({kept!r})
issues = json.loads(kept.read_text())
assert sys.argv[1:3] == ["api", "--method"]
method, path = sys.argv[3:5]
address = urlsplit(path)
assert address.path.startswith("repos/example/handbook/issues")
if method == "GET":
    asked = {{name: value[0] for name, value in parse_qs(address.query).items()}}
    start = (int(asked["page"]) - 1) * int(asked["per_page"])
    found = [one for one in issues if one["state"] == asked["state"]]
    print(json.dumps(found[start : start + int(asked["per_page"])]))
else:
    body = json.load(sys.stdin)
    if method == "POST":
        new = {{"number": len(issues) + 1, "state": "open", "user": {{"type": "Bot"}}}}
        issues.append(new | body)
    else:
        number = int(address.path.rpartition("/")[2])
        next(one for one in issues if one["number"] == number).update(body)
    kept.write_text(json.dumps(issues))
    print("{{}}")
"""


def test_one_issue_is_opened_renewed_left_alone_and_closed(tmp_path: Path) -> None:
    tracker = Tracker(tmp_path, [])

    assert tracker.run("") == (0, "nothing is due, and no issue is open")
    assert tracker.run("## Due\n\n- one `a@b` #1\n") == (0, "opened an issue")
    opened = {
        "number": 1,
        "state": "open",
        "user": {"type": "Bot"},
        "title": issue.TITLE,
        "body": f"{issue.MARKER}\n## Due\n\n- one `a@\u200bb` #\u200b1",
    }
    assert tracker.issues == [opened]
    assert tracker.run("## Due\n\n- one `a@b` #1\n") == (0, "the issue says so already")
    assert tracker.run("- two\n") == (0, "renewed the issue")
    assert tracker.issues == [opened | {"body": f"{issue.MARKER}\n- two"}]
    assert tracker.run("") == (0, "nothing is due any more: closed the issue")
    assert tracker.issues[0]["state"] == "closed"
    assert tracker.run("- three\n") == (0, "opened an issue")
    assert [one["state"] for one in tracker.issues] == ["closed", "open"]


def test_only_what_a_workflow_opened_is_ours(tmp_path: Path) -> None:
    body = f"{issue.MARKER}\n- one"
    person = {"number": 1, "state": "open", "user": {"type": "User"}, "body": body}
    proposal = person | {"number": 2, "user": {"type": "Bot"}, "pull_request": {}}
    empty = {"number": 3, "state": "open", "user": {"type": "Bot"}, "body": None}
    tracker = Tracker(tmp_path, [person, proposal, empty])

    assert tracker.run("- two") == (0, "opened an issue")
    assert tracker.issues[:3] == [person, proposal, empty]


def test_it_is_found_among_hundreds(tmp_path: Path) -> None:
    others = [
        {"number": number, "state": "open", "user": {"type": "User"}, "body": ""}
        for number in range(1, 251)
    ]
    ours = {"user": {"type": "Bot"}, "body": f"{issue.MARKER}\r\n- one\r\n"}
    tracker = Tracker(tmp_path, [*others, others[0] | ours | {"number": 251}])

    assert tracker.run("- one") == (0, "the issue says so already")


def test_without_a_text_no_issue_is_touched(tmp_path: Path) -> None:
    tracker = Tracker(tmp_path, [])

    link = tmp_path / "link.md"
    link.symlink_to(SCRIPTS / "issue.py")
    for file in (tmp_path / "missing.md", tmp_path, link):
        assert tracker.run_with(file) == (1, "there is no text to post")
    assert tracker.issues == []

"""The workflows: what two linters say of them, and what the comment on a proposal can do."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
SCRIPT = ROOT / ".github" / "scripts" / "comment.py"


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


# --- The comment -----------------------------------------------------------------------------

spec = importlib.util.spec_from_file_location("comment", SCRIPT)
assert spec
assert spec.loader
comment = importlib.util.module_from_spec(spec)
spec.loader.exec_module(comment)


@pytest.mark.parametrize(
    ("text", "posted"),
    [
        (
            "## Moved\n\n- **A lab** is now on *Monday*.",
            "## Moved\n\n- **A lab** is now on *Monday*.",
        ),
        ("<!-- x --> <img src=x>", "&lt;!-- x --> &lt;img src=x>"),
        ("@everyone look", "@&#8203;everyone look"),
        ("![x](https://a.example/x.png)", "![x]&#8203;(https:&#8203;//a.example/x.png)"),
        ("as in #12", "as in #&#8203;12"),
        ("#12 is no heading", "#&#8203;12 is no heading"),
        ("a\x1b[31mb\x00\u202ec", "a[31mbc"),
    ],
)
def test_a_comment_is_text_and_nothing_else(text: str, posted: str) -> None:
    assert comment.harmless(text) == posted


@given(st.text())
def test_no_text_makes_a_tag_a_call_or_a_link(text: str) -> None:
    posted = comment.harmless(text)

    assert "<" not in posted
    assert "](" not in posted
    assert not re.search(r"@\w", posted)
    assert len(posted) <= comment.LONGEST


Post = Callable[[str | None, object, object], tuple[int, list[str], str]]

GH = """#!{python}
import json, pathlib, sys
log = pathlib.Path({log!r})
path = sys.argv[4]
log.write_text(log.read_text() + sys.argv[3] + " " + path + "\\n")
if "pulls" in path:
    print(json.dumps({pulls}))
elif "?per_page" in path:
    print(json.dumps({comments}))
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
            [sys.executable, SCRIPT, file],
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
COMMENTS = "GET repos/example/handbook/issues/7/comments?per_page=100"
THIS = [{"number": 3, "head": {"sha": "old"}}, {"number": 7, "head": {"sha": "abc"}}]


def test_the_first_comment_is_posted_and_then_renewed(posted: Post) -> None:
    first = posted("Moved", THIS, [{"id": 1, "user": {"type": "User"}, "body": comment.MARKER}])
    body = f"{comment.MARKER}\nMoved"

    assert first == (0, [PULLS, COMMENTS, "POST repos/example/handbook/issues/7/comments"], body)
    again = posted("Moved again", THIS, [{"id": 9, "user": {"type": "Bot"}, "body": body}])
    assert again[1][-1] == "PATCH repos/example/handbook/issues/comments/9"


def test_nothing_is_posted_where_there_is_nobody_or_nothing(posted: Post) -> None:
    assert posted("Moved", THIS[:1], []) == (0, [PULLS], "")
    assert posted(None, THIS, []) == (1, [], "")

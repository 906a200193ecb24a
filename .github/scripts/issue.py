"""Keeps one issue that says what is due: opens it, renews its text, closes it when nothing is.

It runs where it may write, after the job that read the data and asked other hosts, which may not.
What that job left is untrusted (see `posting`). The issue is known by its author, a workflow, and
the marker that its text begins with. Only an open one counts: whoever closes it is done with what
it lists, and what is due next week opens another. A text that says the same is not posted again.

Usage: `issue.py FILE`, with GH_TOKEN and REPOSITORY in the environment; an empty file says that
nothing is due. Exit status: 0 done; 1 the text is missing or GitHub refused.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from posting import NoTextError, github, is_ours, pages, read

MARKER = "<!-- what is due -->"
TITLE = "What is due in the handbook"


def earlier(repository: str) -> dict[str, Any] | None:
    """The issue that was opened before, if it is still open."""
    found = pages(f"repos/{repository}/issues", "state=open&")
    return next((one for one in found if "pull_request" not in one and is_ours(one, MARKER)), None)


def keep(repository: str, text: str) -> str:
    """Open, renew or close the issue; the value says what was done."""
    before = earlier(repository)
    body = f"{MARKER}\n{text.strip()}"
    if before is None:
        if not text.strip():
            return "nothing is due, and no issue is open"
        github(f"repos/{repository}/issues", method="POST", body={"title": TITLE, "body": body})
        return "opened an issue"
    issue = f"repos/{repository}/issues/{before['number']}"
    if not text.strip():
        github(issue, method="PATCH", body={"state": "closed", "state_reason": "completed"})
        return "nothing is due any more: closed the issue"
    if before["body"].replace("\r\n", "\n").strip() == body:
        return "the issue says so already"
    github(issue, method="PATCH", body={"body": body})
    return "renewed the issue"


def main() -> int:
    """Keep the issue."""
    try:
        print(keep(os.environ["REPOSITORY"], read(Path(sys.argv[1]))), file=sys.stderr)
    except NoTextError as error:
        print(error, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print(error.stderr, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Posts what a proposal means as one comment on it, and renews that comment with each change.

It runs where it may write, after the job that ran the contributor's data, which may not. What that
job left is untrusted (see `posting`); so the proposal is found by asking GitHub, not by what the
text says. Where a commit is proposed for two branches at once, the text does not say for which it
was made, and none gets it.

Usage: `comment.py FILE`, with GH_TOKEN, REPOSITORY, HEAD_OWNER, HEAD_BRANCH and HEAD_SHA in the
environment. Exit status: 0 posted, or nobody to post to; 1 the text is missing or GitHub refused.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode

from posting import NoTextError, github, is_ours, pages, read

MARKER = "<!-- what this proposal means -->"


def proposals(repository: str, owner: str, branch: str, sha: str) -> list[int]:
    """The numbers of the open proposals of exactly this commit."""
    query = urlencode({"state": "open", "head": f"{owner}:{branch}"})
    found = pages(f"repos/{repository}/pulls", f"{query}&")
    return [one["number"] for one in found if one["head"]["sha"] == sha]


def earlier(repository: str, number: int) -> int | None:
    """The comment that was posted before, if there is one."""
    found = pages(f"repos/{repository}/issues/{number}/comments")
    return next((one["id"] for one in found if is_ours(one, MARKER)), None)


def main() -> int:
    """Find the proposal, and post or renew the comment."""
    repository = os.environ["REPOSITORY"]
    try:
        text = read(Path(sys.argv[1]))
        numbers = proposals(
            repository,
            os.environ["HEAD_OWNER"],
            os.environ["HEAD_BRANCH"],
            os.environ["HEAD_SHA"],
        )
        if len(numbers) != 1:
            words = f"{len(numbers) or 'no'} open proposals have this commit: nothing is posted"
            print(words, file=sys.stderr)
            return 0
        number = numbers[0]
        body = {"body": f"{MARKER}\n{text}"}
        before = earlier(repository, number)
        if before is None:
            github(f"repos/{repository}/issues/{number}/comments", method="POST", body=body)
        else:
            github(f"repos/{repository}/issues/comments/{before}", method="PATCH", body=body)
    except NoTextError as error:
        print(error, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print(error.stderr, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

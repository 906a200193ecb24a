"""The Nu HTML Checker over the whole site: it needs Java and what `npm ci --prefix .ci` brings."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT, need

CHECKER = ROOT / ".ci" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"


@pytest.mark.parametrize("name", ["lichens", "real"])
def test_the_html_has_no_errors(name: str, request: pytest.FixtureRequest) -> None:
    java = need("java", "The HTML checker")
    if not CHECKER.exists():
        missing = "The HTML checker is not here: npm ci --prefix .ci --ignore-scripts"
        if os.environ.get("HANDBOOK_ALL"):
            pytest.fail(missing)
        pytest.skip(missing)
    site: Path = request.getfixturevalue(name)

    checked = subprocess.run(
        [java, "-jar", str(CHECKER), "--errors-only", "--skip-non-html", "--stdout", str(site)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.stdout == ""
    assert checked.returncode == 0

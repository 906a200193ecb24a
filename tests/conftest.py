"""What tests share: building a real site, and skipping what a machine cannot do."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from serving import served

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "tests" / "examples"

EPOCH = "1796860800"
"""2026-12-10: every test's today."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--golden", action="store_true", help="write the expected pages and words anew, on purpose"
    )


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], str]:
    """The text that a file expects; with --golden, the file is first written with what there is."""

    def expected(path: Path, text: str) -> str:
        if request.config.getoption("--golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return path.read_text(encoding="utf-8")

    return expected


@pytest.fixture
def tree(tmp_path: Path) -> Callable[[Mapping[str, str | bytes]], Path]:
    """Write files, given as path → text, under a temporary folder."""

    def write(files: Mapping[str, str | bytes]) -> Path:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path

    return write


def assemble(example: Path, folder: Path) -> Path:
    """A project of its own: an example's data and docs with this project's code and looks."""
    shutil.copytree(example / "data", folder / "data")
    shutil.copytree(example / "docs", folder / "docs", dirs_exist_ok=True) if (
        example / "docs"
    ).is_dir() else (folder / "docs").mkdir(parents=True)
    if example != ROOT:
        shutil.copytree(ROOT / "docs" / "assets", folder / "docs" / "assets")
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "overrides", folder / "overrides")
    shutil.copytree(ROOT / "hooks", folder / "hooks", ignore=ignore)
    shutil.copy(ROOT / "mkdocs.yml", folder)
    return folder


def mkdocs(
    folder: Path, *arguments: str, command: str = "build", epoch: str = EPOCH
) -> subprocess.CompletedProcess[str]:
    """Run a real `mkdocs build` in a folder, or another command."""
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", command, *arguments],
        cwd=folder,
        env=os.environ | {"SOURCE_DATE_EPOCH": epoch, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="session")
def lichens(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the second course, built once."""
    folder = assemble(EXAMPLES / "lichens", tmp_path_factory.mktemp("lichens") / "project")
    built = mkdocs(folder, "--strict")
    assert built.returncode == 0, built.stderr
    return folder / "site"


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the real course, built once."""
    folder = assemble(ROOT, tmp_path_factory.mktemp("real") / "project")
    built = mkdocs(folder, "--strict")
    assert built.returncode == 0, built.stderr
    return folder / "site"


def need(tool: str, why: str) -> str:
    """The path of a program; skip the test where there is none, unless HANDBOOK_ALL says not to."""
    found = shutil.which(tool)
    if found is None:
        message = f"{why} needs {tool}, which this machine does not have"
        if os.environ.get("HANDBOOK_ALL"):
            pytest.fail(message)
        pytest.skip(message)
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """A real browser, headless."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only browser tests pay

    chromium = need("chromium", "A browser test")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield running
        running.close()


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[[Path], str]]:
    """Serve a site from this machine; the answer is its address."""
    with contextlib.ExitStack() as open_until_the_end:
        yield lambda site: open_until_the_end.enter_context(served(site))

"""Takes the pictures in the README. Not a test: run it when the looks have changed.

    .venv/bin/mkdocs build --strict && PYTHONPATH=tests .venv/bin/python tests/site/pictures.py

It writes `.github/home.png` and `.github/session.png` from `site/`.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright
from serving import served

ROOT = Path(__file__).parent.parent.parent
PICTURES = {"home": "", "session": "sessions/gene-therapy/"}
SIZE = {"width": 1280, "height": 860}


def main() -> None:
    """Serve the site, and take each picture at the size of a laptop's window."""
    with served(ROOT / "site") as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_context(viewport=SIZE, service_workers="block").new_page()
        for name, address in PICTURES.items():
            page.goto(f"{base}{address}", wait_until="networkidle")
            page.screenshot(path=ROOT / ".github" / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()

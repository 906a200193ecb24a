"""What the tests of a built site share: its pages by kind, and axe-core on them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any

from handbook import addresses

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["cat.color"]
"""The rules that a theme can change the answer to."""

RUN = """async (tags) => {
  const options = { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] };
  const { violations } = await axe.run(document, options);
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}"""

THEMES_AND_WIDTHS = [(theme, width) for theme in ("light", "dark") for width in (320, 1280)]

OUTSIDE = ("404.html", "503.html")
"""Pages that no sitemap names."""


def sitemap(site: Path) -> list[str]:
    """The address of every page, below the site's root."""
    text = (site / "sitemap.xml").read_text(encoding="utf-8")
    found = re.findall(r"<loc>https?://[^/]+/([^<]*)</loc>", text)
    on_disk = {
        path.relative_to(site).as_posix().removesuffix("index.html")
        for path in site.rglob("*.html")
        if '<meta name="robots" content="noindex">' not in path.read_text(encoding="utf-8")
    }
    assert set(found) | set(OUTSIDE) == on_disk
    return [*found, *OUTSIDE]


def kinds(site: Path) -> dict[str, str]:
    """Every kind of page, with the address of its longest."""
    found: dict[str, str] = {}
    for address in sitemap(site):
        top, _, rest = address.partition("/")
        if address in addresses.HUBS or address in OUTSIDE:
            kind = address
        elif rest and f"{top}/" in addresses.HUBS:
            kind = f"{top}/*"
        else:
            kind = "written by hand"
        known = found.get(kind)
        if known is None or size(site, address) > size(site, known):
            found[kind] = address
    return found


def size(site: Path, address: str) -> int:
    """The bytes of a page."""
    return file_of(site, address).stat().st_size


def file_of(site: Path, address: str) -> Path:
    """The file that a server sends for an address."""
    path = site / address
    return path if path.is_file() else path / "index.html"


def barriers(page: Any, tags: list[str] = TAGS) -> list[str]:
    """What axe-core finds on the page as it is now: rule and element."""
    page.evaluate(AXE)
    return page.evaluate(RUN, tags)


def everywhere(
    browser: Any, base: str, pages: Iterable[str], theme: str, width: int, tags: list[str] = TAGS
) -> dict[str, list[str]]:
    """The barriers of many pages, by address, in one theme and width."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=theme, service_workers="block"
    )
    page = context.new_page()
    found = {}
    for address in pages:
        page.goto(base + address)
        here = barriers(page, tags)
        if here:
            found[address] = here
    context.close()
    return found


def sheets(page: Any) -> list[tuple[int, int]]:
    """The pages of a print, in millimetres."""
    pdf = page.pdf(prefer_css_page_size=True)
    boxes = re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert len(boxes) == len(re.findall(rb"/Type\s*/Page\b", pdf))
    return [(round(float(w) * 25.4 / 72), round(float(h) * 25.4 / 72)) for w, h in boxes]

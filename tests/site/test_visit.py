"""One visit: what is asked for, what the policy refuses, how much is sent; and the theme."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from conftest import EXAMPLES, assemble, mkdocs
from reading import file_of, kinds, sitemap

FIRST_VIEW = 120 * 1024
OWN_SCRIPTS = 40 * 1024

REFUSED = """document.addEventListener("securitypolicyviolation", (refused) =>
  console.error(`refused: ${refused.violatedDirective} ${refused.blockedURI}`));"""


class Visit:
    """A page whose requests, refusals and errors are written down."""

    def __init__(self, context: Any) -> None:
        self.page = context.new_page()
        self.asked: list[str] = []
        self.wrong: list[str] = []
        self.page.add_init_script(REFUSED)
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on(
            "console", lambda said: self.wrong.append(said.text) if said.type == "error" else None
        )

    def abroad(self, base: str) -> list[str]:
        return [url for url in self.asked if not url.startswith(base)]


@pytest.fixture
def visit(browser: Any) -> Iterator[Visit]:
    context = browser.new_context()
    yield Visit(context)
    context.close()


def test_a_visit_asks_nobody_else_and_meets_no_refusal(
    real: Path, serve: Any, visit: Visit
) -> None:
    base = serve(real)
    page = visit.page
    for address in kinds(real).values():
        page.goto(base + address)
        page.wait_for_load_state("networkidle")
    page.goto(base)
    page.get_by_role("button", name="Theme").click()
    page.get_by_role("button", name="Dark").click()
    sections = page.get_by_role("navigation", name="Sections")
    sections.get_by_role("link", name="Sessions").click()
    page.locator(".card a").first.click()
    page.go_back()
    page.go_forward()
    missing = page.goto(base + "nowhere/at/all/")

    assert missing.status == 404
    assert visit.abroad(base) == []
    assert [said for said in visit.wrong if "404" not in said] == []


def test_every_page_has_the_same_policy_without_exceptions(real: Path) -> None:
    policies = {
        re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', text)[0]
        for address in sitemap(real)
        if (text := file_of(real, address).read_text(encoding="utf-8"))
    }

    assert len(policies) == 1
    assert "unsafe" not in policies.pop()


def test_a_policy_is_in_force(lichens: Path, serve: Any, visit: Visit) -> None:
    visit.page.goto(serve(lichens))
    visit.page.evaluate("""() => {
      const html = `<img src="https://a.example/x.png"><p style="color: red">`;
      document.body.insertAdjacentHTML("beforeend", html);
    }""")
    visit.page.wait_for_timeout(100)

    assert sorted(said for said in visit.wrong if said.startswith("refused")) == [
        "refused: img-src https://a.example/x.png",
        "refused: style-src-attr inline",
    ]


def test_what_a_policy_would_block_is_not_published(tmp_path: Path) -> None:
    project = assemble(EXAMPLES / "lichens", tmp_path / "project")
    part = project / "overrides" / "parts" / "clauses.html"
    part.write_text('<b style="color: red" onclick="go()">x</b>' + part.read_text())

    built = mkdocs(project)

    assert built.returncode == 1
    blocked = "ERROR   -  frameworks/collecting-code.md: the security policy would block"
    assert [line for line in built.stderr.splitlines() if line.startswith("ERROR")] == [
        f'{blocked} style="color: red" on <b>',
        f'{blocked} onclick="go()" on <b>',
        "ERROR   -  The browser would block what some pages hold; nothing was published.",
    ]
    assert not (project / "site").exists()


# --- How much is sent ------------------------------------------------------------------------


@cache
def sent(path: Path) -> int:
    """The bytes of a file on the wire: text compressed, fonts as they are."""
    content = path.read_bytes()
    return len(content if path.suffix == ".woff2" else gzip.compress(content, 9))


def test_the_first_view_of_every_kind_of_page_is_small(
    real: Path, serve: Any, browser: Any
) -> None:
    base = serve(real)
    large = {}
    for address in kinds(real).values():
        context = browser.new_context(service_workers="block")
        visit = Visit(context)
        visit.page.goto(base + address)
        visit.page.wait_for_load_state("networkidle")
        context.close()
        asked = {url.removeprefix(base).split("#")[0].split("?")[0] for url in visit.asked}
        total = sum(sent(file_of(real, one)) for one in asked)
        if total > FIRST_VIEW:
            large[address] = total
    assert large == {}


def test_all_scripts_together_are_small(real: Path) -> None:
    scripts = [path for path in real.rglob("*js") if path.suffix in (".js", ".mjs")]

    assert sum(map(sent, scripts)) <= OWN_SCRIPTS


# --- The theme -------------------------------------------------------------------------------

PAPER = "getComputedStyle(document.body).backgroundColor"
LIGHT, DARK = "rgb(251, 250, 247)", "rgb(20, 23, 27)"


def test_the_theme_follows_the_device_until_the_reader_chooses(
    lichens: Path, serve: Any, browser: Any
) -> None:
    base = serve(lichens)
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()

    def choose(name: str) -> None:
        page.get_by_role("button", name="Theme").click()
        page.get_by_role("button", name=name).click()

    page.goto(base)
    assert page.evaluate(PAPER) == DARK
    choose("Light")
    assert page.evaluate(PAPER) == LIGHT
    page.goto(base + "sessions/")
    assert page.evaluate(PAPER) == LIGHT
    assert page.locator("[data-theme=light]").get_attribute("aria-pressed") == "true"
    page.emulate_media(media="print", color_scheme="light")
    choose_dark = "localStorage.setItem('handbook.theme', 'dark')"
    page.evaluate(choose_dark)
    page.reload()
    assert page.evaluate(PAPER) == "rgb(255, 255, 255)"  # paper is white, whatever the theme
    page.emulate_media(media="screen", color_scheme="light")
    assert page.evaluate(PAPER) == DARK
    choose("System")
    assert page.evaluate(PAPER) == LIGHT
    assert page.evaluate("localStorage.length") == 0
    context.close()


def test_colours_may_be_forced(lichens: Path, serve: Any, browser: Any) -> None:
    context = browser.new_context(forced_colors="active", reduced_motion="reduce")
    page = context.new_page()
    page.goto(serve(lichens) + "sessions/looking/")
    pressed = page.locator("[data-theme=system]")

    page.get_by_role("button", name="Theme").click()
    assert pressed.evaluate("(one) => getComputedStyle(one, '::before').content") == '"✓"'
    moving = """() => [...document.querySelectorAll("*")].filter(
      (one) => parseFloat(getComputedStyle(one).transitionDuration) > 0.001).length"""
    assert page.evaluate(moving) == 0
    context.close()

"""Measures the search in a real browser. Not a test: it prints, and judges nothing.

Run it with `PYTHONPATH=tests .venv/bin/python tests/benchmarks/finding.py SITE`, where SITE is a
built site. The first figures are of a page that has never searched before, with all files from this
machine; the others of a search that has its texts. Medians, and the worst of the warm queries.
"""

from __future__ import annotations

import json
import shutil
import statistics
import sys
from pathlib import Path

import yaml
from playwright.sync_api import sync_playwright
from serving import served

ROOT = Path(__file__).parent.parent.parent
QUERIES = yaml.safe_load((ROOT / "tests" / "examples" / "queries.yml").read_text(encoding="utf-8"))
RUNS = 7

OPEN = """() => new Promise((done) => {
  const shown = () => document.querySelector("#search_dialog [role=option]");
  const begun = performance.now();
  const look = () => (shown() ? done(performance.now() - begun) : requestAnimationFrame(look));
  document.querySelector("[data-search-open]").click();
  look();
})"""
FIRST = """() => new Promise((done) => {
  const field = document.querySelector("#search_dialog [role=combobox]");
  const begun = performance.now();
  field.value = "leukapheresis";
  field.dispatchEvent(new Event("input"));
  done(performance.now() - begun);
})"""
WARM = """async (queries) => {
  const { load } = await import(new URL("assets/search/engine.js", document.baseURI));
  const search = await load(fetch(new URL("search/names.json", document.baseURI)));
  await search.texts;
  const time = (act) => {
    const begun = performance.now();
    act();
    return performance.now() - begun;
  };
  const field = document.querySelector("#search_dialog [role=combobox]");
  const type = (query) => { field.value = query; field.dispatchEvent(new Event("input")); };
  for (const query of queries) search.find(query);
  return {
    documents: search.documents.length,
    found: queries.map((query) => time(() => search.find(query))),
    shown: queries.map((query) => time(() => type(query))),
  };
}"""


def main() -> None:
    """Measure, and print JSON; all times in milliseconds."""
    opened, first = [], []
    with served(Path(sys.argv[1])) as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for _ in range(RUNS):
            page = browser.new_context().new_page()
            page.goto(base, wait_until="networkidle")
            opened.append(page.evaluate(OPEN))
            first.append(page.evaluate(FIRST))
        warm = page.evaluate(WARM, [one["query"] for one in QUERIES])
        browser.close()
    print(
        json.dumps(
            {
                "documents": warm["documents"],
                "from opening to the first list": round(statistics.median(opened), 1),
                "first query, shown": round(statistics.median(first), 1),
                "warm query, found: median": round(statistics.median(warm["found"]), 1),
                "warm query, found: worst": round(max(warm["found"]), 1),
                "warm query, shown: median": round(statistics.median(warm["shown"]), 1),
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()

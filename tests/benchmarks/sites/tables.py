"""Figures as Markdown tables: medians with their spread, ratios of medians, exponents of growth."""

from __future__ import annotations

import datetime as dt
import itertools
import math
import os
import platform
import statistics
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

COLD, BUSY, EDIT, LIVE, CHECK, MEMORY = "cold", "busy", "edit", "live", "check", "memory"
_ROWS = (
    (COLD, "cold build", "s", 1, 2),
    (BUSY, "cold build, all processors", "s", 1, 2),
    (EDIT, "build after one edit", "s", 1, 2),
    (LIVE, "served: from a save to the page", "ms", 1000, 0),
    (CHECK, "`handbook check`", "s", 1, 2),
    (MEMORY, "memory of a cold build", "MB", 1, 0),
)
"""What is measured: its name, its unit, how many of that are in a value, and decimals."""


@dataclass
class Figures:
    """What was measured of each site at one size: a list of values for each round."""

    size: str
    rounds: dict[tuple[str, str], list[list[float]]] = field(default_factory=dict)

    def add(self, site: str, what: str, values: Iterable[float]) -> None:
        """The values of one more round."""
        self.rounds.setdefault((site, what), []).append(list(values))

    def of(self, site: str, what: str) -> list[list[float]]:
        """The values, round by round."""
        return self.rounds.get((site, what), [])

    @property
    def sites(self) -> list[str]:
        """The sites, in the order in which they were measured."""
        return list(dict.fromkeys(site for site, _ in self.rounds))


def comparison(figures: Figures) -> str:
    """A table for each handbook: what it and the others took, and its ratios to them."""
    others = [site for site in figures.sites if not site.startswith("handbook")]
    title = f"{figures.size} records" if figures.size.isdigit() else "This handbook itself"
    made = []
    for ours in figures.sites:
        if ours in others:
            continue
        rows = [
            [
                f"{words}, {unit}",
                *(_median(figures.of(site, what), times, decimals) for site in (ours, *others)),
                *(_ratio(figures.of(ours, what), figures.of(site, what)) for site in others),
            ]
            for what, words, unit, times, decimals in _ROWS
        ]
        made.append(_table([title, ours, *others, *(f"÷ {site}" for site in others)], rows))
    return "\n".join(made)


def growth(all_figures: Sequence[Figures]) -> str:
    """The exponents between neighbouring sizes: 1 where twice the records take twice the time."""
    sized = sorted(
        (one for one in all_figures if one.size.isdigit()), key=lambda one: int(one.size)
    )
    sites = list(dict.fromkeys(site for one in sized for site in one.sites))
    rows = []
    for (what, words, *_), (small, large) in itertools.product(_ROWS, itertools.pairwise(sized)):
        cells = [_exponent(small, large, site, what) for site in sites]
        if any(cells):
            rows.append([f"{words}, {small.size} → {large.size}", *cells])
    return _table(["Growth exponent", *sites], rows) if rows else ""


def machine(programs: Iterable[str], load: float) -> str:
    """Where and with what it was measured; `load` is what others asked of it."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in _lines(Path("/proc/cpuinfo"))
            if line.startswith("model name")
        ),
        platform.processor() or platform.machine(),
    )
    ask = ["git", "describe", "--always", "--dirty", "--abbrev=10"]
    here = subprocess.run(
        ask, cwd=Path(__file__).parent, capture_output=True, text=True, check=False
    )
    versions = [f"{name} {version(name)}" for name in ("mkdocs", "mkdocs-material", "Markdown")]
    told = [
        f"{os.cpu_count()} × {model}",
        f"{platform.system()} {platform.release()}",
        f"Python {platform.python_version()}",
        *versions,
        *programs,
        f"handbook {here.stdout.strip() or version('course-handbook')}",
        f"load {load:.1f} at the start",
    ]
    return f"{dt.datetime.now(dt.UTC):%Y-%m-%d}: {', '.join(told)}."


def _lines(path: Path) -> Iterator[str]:
    if path.exists():
        yield from path.read_text(encoding="utf-8").splitlines()


def _median(rounds: list[list[float]], times: int, decimals: int) -> str:
    values = [value * times for one in rounds for value in one]
    if not values:
        return ""
    middle = f"{statistics.median(values):.{decimals}f}"
    spread = f" ({min(values):.{decimals}f}–{max(values):.{decimals}f})"
    return middle + (spread if len(values) > 1 else "")


def _ratio(ours: list[list[float]], others: list[list[float]]) -> str:
    """The ratio of the medians; in brackets, the least and the greatest of a single round."""
    if not ours or not others:
        return ""
    whole = _middle(itertools.chain(*ours)) / _middle(itertools.chain(*others))
    each = [_middle(one) / _middle(other) for one, other in zip(ours, others, strict=True)]
    return f"**{whole:.2f}**" + (f" ({min(each):.2f}–{max(each):.2f})" if len(each) > 1 else "")


def _exponent(small: Figures, large: Figures, site: str, what: str) -> str:
    low, high = small.of(site, what), large.of(site, what)
    if not low or not high:
        return ""
    ratio = _middle(itertools.chain(*high)) / _middle(itertools.chain(*low))
    return f"{math.log(ratio) / math.log(int(large.size) / int(small.size)):.2f}"


def _middle(values: Iterable[float]) -> float:
    return statistics.median(values)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---", *["--:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"

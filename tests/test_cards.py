"""The pictures beside links: what they are, what they show, and that they stay small."""

from __future__ import annotations

import io
import re
import shutil
from pathlib import Path

import pytest
from conftest import EXAMPLES, ROOT
from PIL import Image

from handbook import cards, signposts
from handbook.book import Book, load

TEMPLATES = ROOT / "overrides"
TOO_LARGE = 40 * 1024


def drawn(book: Book) -> dict[str, Image.Image]:
    return {
        path: Image.open(io.BytesIO(content)).convert("RGB")
        for path, content in cards.make(book, TEMPLATES).items()
    }


@pytest.mark.parametrize("root", [ROOT, EXAMPLES / "lichens", EXAMPLES / "tiny"])
def test_every_kind_has_a_small_picture_of_its_own(root: Path) -> None:
    made = cards.make(load(root)[0], TEMPLATES)

    names = signposts.cards(TEMPLATES).names
    assert list(made) == [f"cards/{kind}.png" for kind in names]
    assert len(set(made.values())) == len(made)
    assert {path: len(png) for path, png in made.items() if len(png) > TOO_LARGE} == {}
    assert {Image.open(io.BytesIO(png)).size for png in made.values()} == {(1200, 630)}


def test_colours_are_those_of_the_pages() -> None:
    css = (ROOT / "docs" / "assets" / "tokens.css").read_text()
    tokens = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", css))
    colours = signposts.cards(TEMPLATES).colours

    assert {name: tokens[name] for name in colours} == colours
    picture = drawn(load(ROOT)[0])["cards/cases.png"]
    assert picture.getpixel((600, 30)) == (0xFB, 0xFA, 0xF7)
    assert picture.getpixel((600, 4)) == (0x1B, 0x1E, 0x23)
    # Between two stops, and inside the first.
    assert picture.getpixel((150, 470)) == (0xA8, 0x12, 0x4F)
    assert picture.getpixel((92, 470)) == (0xFF, 0xFF, 0xFF)


def test_it_is_the_same_twice_and_another_for_another_title(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "lichens" / "data", tmp_path / "data")
    before = cards.make(load(tmp_path)[0], TEMPLATES)
    cards._drawn.cache_clear()  # noqa: SLF001 - drawn anew, and not only kept
    cards._shared.cache_clear()  # noqa: SLF001 - the same
    assert cards.make(load(tmp_path)[0], TEMPLATES) == before

    course = tmp_path / "data" / "course.yml"
    course.write_text(course.read_text().replace("title: Field", "title: Forest"))
    assert cards.make(load(tmp_path)[0], TEMPLATES) != before


@pytest.mark.parametrize(
    ("title", "stops"),
    [
        ("A", 0),
        ("word " * 80, 1),
        ("W" * 200, 2),
        ('A "<b>" & </title>', 15),
        ("\u5b57 \u0627 \U0001f9ec", 16),
    ],
)
def test_any_title_and_any_number_of_stops_fit(tmp_path: Path, title: str, stops: int) -> None:
    shutil.copytree(EXAMPLES / "tiny" / "data", tmp_path / "data")
    course = tmp_path / "data" / "course.yml"
    quoted = title.strip().replace("'", "''")
    course.write_text(re.sub("(?m)^title: .*$", f"title: '{quoted}'", course.read_text()))
    stages = [f"s{one}: {{title: S, zone: 'Zone number {one}'}}\n" for one in range(stops)]
    (tmp_path / "data" / "stages.yml").write_text("".join(stages))

    picture = drawn(load(tmp_path)[0])["cards/page.png"]

    # Nothing runs over the right edge of the line, or of the names below it.
    below = picture.crop((1121, 420, 1200, 630))
    assert below.getcolors() == [(79 * 210, (0xFB, 0xFA, 0xF7))]

"""The pictures that stand beside a link to the handbook elsewhere: one for each kind of page.

Each shows the kind's name, the course's title and its line of stops, as pages draw it. They are
1200 by 630 pixels (the Open Graph protocol names no size; this is the one that is shown whole).
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path as FilePath

from PIL import Image, ImageColor, ImageDraw, ImageFont

from handbook import addresses, signposts, views
from handbook.book import Book

WIDTH, HEIGHT = 1200, 630
OTHER = "page"
"""The kind of every page whose own kind has no card."""
MOST_STOPS = 15
"""Above this number of stages, their numbers are too small to be read, and no line is drawn."""

_MARGIN = 80
_FINER = 2
"""All is drawn at this size and made smaller at the end, which smooths what is round."""
_STEPS = 12
"""Shades from one colour to another, where their edges are smoothed."""


def make(book: Book, templates: FilePath) -> dict[str, bytes]:
    """All cards by path below the site's root, as PNG."""
    said = signposts.cards(templates)
    stops = tuple((stop.number, stop.zone) for stop in views.stops(book, ()))
    look = _Look(templates / "fonts", tuple(said.colours.items()))
    return {
        addresses.card(kind): _drawn(look, name, book.course.title, stops)
        for kind, name in said.names.items()
    }


@dataclass(frozen=True)
class _Look:
    """Where the fonts are, and the colours by name."""

    fonts: FilePath
    colours: tuple[tuple[str, str], ...]

    def colour(self, name: str) -> str:
        """A colour as `#rrggbb`."""
        return dict(self.colours)[name]

    def font(self, weight: str, size: int) -> ImageFont.FreeTypeFont:
        """The font at a height in pixels; laid out without the help of other programs."""
        file = self.fonts / f"public-sans-{weight}.ttf"
        return ImageFont.truetype(file, size, layout_engine=ImageFont.Layout.BASIC)


@cache
def _drawn(look: _Look, name: str, title: str, stops: tuple[tuple[int, str], ...]) -> bytes:
    """One card; drawn once, however often a site is built while it is worked on."""
    image = _shared(look, title, stops).copy()
    pen = ImageDraw.Draw(image)
    pen.text((_MARGIN, 72), name, look.colour("ink-2"), look.font("regular", 40))
    written = io.BytesIO()
    image.quantize(palette=_palette(look), dither=Image.Dither.NONE).save(written, "PNG")
    return written.getvalue()


@cache
def _shared(look: _Look, title: str, stops: tuple[tuple[int, str], ...]) -> Image.Image:
    """What all cards show."""
    image = Image.new("RGB", (WIDTH * _FINER, HEIGHT * _FINER), look.colour("paper"))
    pen = ImageDraw.Draw(image)
    pen.rectangle(_scaled(0, 0, WIDTH, 16), fill=look.colour("ink"))
    size, lines = _wrapped(look, title)
    for number, line in enumerate(lines):
        at = (_MARGIN * _FINER, (134 + number * size * 1.15) * _FINER)
        pen.text(at, line, look.colour("ink"), look.font("bold", size * _FINER))
    if 1 < len(stops) <= MOST_STOPS:
        _line(pen, look, stops)
    return image.reduce(_FINER)


@cache
def _palette(look: _Look) -> Image.Image:
    """The colours, and those between two that meet: a small picture, and the colours exact."""
    found: list[int] = []
    for one, other in (("paper", "ink"), ("paper", "ink-2"), ("paper", "line"), ("card", "line")):
        pair = [ImageColor.getrgb(look.colour(name)) for name in (one, other)]
        for step in range(_STEPS):
            share = step / (_STEPS - 1)
            found += [round(a + (b - a) * share) for a, b in zip(*pair, strict=True)]
    palette = Image.new("P", (1, 1))
    palette.putpalette(found)
    return palette


def _scaled(*numbers: float) -> tuple[float, ...]:
    return tuple(number * _FINER for number in numbers)


_SIZES = (76, 64, 54, 44)
_MOST_LINES = 3


def _wrapped(look: _Look, title: str) -> tuple[int, list[str]]:
    """A title in lines, as large as it can be; what is too long even in small letters is cut."""
    for size in _SIZES:
        lines = _lines(title, look.font("bold", size))
        if len(lines) <= _MOST_LINES:
            return size, lines
    return size, [*lines[: _MOST_LINES - 1], f"{lines[_MOST_LINES - 1]} …"]


def _lines(title: str, font: ImageFont.FreeTypeFont) -> list[str]:
    room = WIDTH - 2 * _MARGIN
    lines: list[str] = []
    for word in title.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


_TRACK, _DISC, _RING = 12, 60, 6
_LINE_AT, _ZONES_AT = 470, 522


def _line(pen: ImageDraw.ImageDraw, look: _Look, stops: tuple[tuple[int, str], ...]) -> None:
    """The stops on their line, with their numbers, and under them the zones."""
    apart = (WIDTH - 2 * _MARGIN - _DISC) / (len(stops) - 1)
    centres = [_MARGIN + _DISC / 2 + number * apart for number in range(len(stops))]
    colour, half = look.colour("line"), _TRACK / 2
    track = _scaled(centres[0], _LINE_AT - half, centres[-1], _LINE_AT + half)
    pen.rectangle(track, fill=colour)
    for (number, _), centre in zip(stops, centres, strict=True):
        around, inside = _DISC / 2, _DISC / 2 - _RING
        for radius, fill in ((around, colour), (inside, look.colour("card"))):
            box = (centre - radius, _LINE_AT - radius, centre + radius, _LINE_AT + radius)
            pen.ellipse(_scaled(*box), fill=fill)
        middle = (centre * _FINER, _LINE_AT * _FINER)
        font = look.font("bold", 30 * _FINER)
        pen.text(middle, str(number), look.colour("ink"), font, anchor="mm")
    font, end = look.font("regular", 32 * _FINER), 0.0
    for zone, members in groupby(zip(stops, centres, strict=True), key=lambda one: one[0][1]):
        start, long = (next(members)[1] - _DISC / 2) * _FINER, font.getlength(zone)
        start = min(start, (WIDTH - _MARGIN) * _FINER - long)
        if start > end:  # a name that another one would run into is left out
            pen.text((start, _ZONES_AT * _FINER), zone, look.colour("ink-2"), font)
            end = start + long

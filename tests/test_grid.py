"""Which slots stand side by side, and the stylesheet that puts them there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handbook import grid
from handbook.grid import Grid, Lane

SPANS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 30)).map(lambda one: (one[0], one[0] + one[1]))
)


@pytest.mark.parametrize(
    ("spans", "lanes"),
    [
        ([], []),
        ([(0, 9)], [Lane(1, 1, True)]),
        # Touching ends are no overlap.
        ([(0, 9), (9, 12)], [Lane(1, 1, True), Lane(1, 1, True)]),
        ([(0, 9), (0, 9)], [Lane(1, 2, True), Lane(2, 2, False)]),
        # A free lane is used again, and its cluster goes on as long as anything in it does.
        (
            [(0, 30), (0, 10), (12, 30), (30, 40)],
            [Lane(1, 2, True), Lane(2, 2, False), Lane(2, 2, False), Lane(1, 1, True)],
        ),
        # The order given is the order answered.
        ([(9, 12), (0, 10)], [Lane(2, 2, False), Lane(1, 2, True)]),
    ],
)
def test_lanes(spans: list[grid.Span], lanes: list[Lane]) -> None:
    assert list(grid.lanes(spans)) == lanes


@given(SPANS)
def test_no_two_overlapping_spans_share_a_lane_and_no_lane_is_wasted(
    spans: list[grid.Span],
) -> None:
    lanes = grid.lanes(spans)
    placed = list(zip(spans, lanes, strict=True))

    def overlap(one: grid.Span, other: grid.Span) -> bool:
        return one[0] < other[1] and other[0] < one[1]

    for number, (span, lane) in enumerate(placed):
        assert 1 <= lane.number <= lane.of
        for other, other_lane in placed[number + 1 :]:
            if overlap(span, other):
                assert lane.number != other_lane.number
                assert lane.of == other_lane.of
    # Each cluster is exactly as wide as the most spans that run at once in it.
    for cluster in _clusters(placed):
        deepest = max(
            sum(start <= moment < end for (start, end), _ in cluster) for (moment, _), _ in cluster
        )
        assert {lane.of for _, lane in cluster} == {deepest}
        assert [lane.opens for _, lane in cluster].count(True) == 1


def _clusters(placed: list[tuple[grid.Span, Lane]]) -> list[list[tuple[grid.Span, Lane]]]:
    found: list[list[tuple[grid.Span, Lane]]] = []
    until = -1
    for one in sorted(placed, key=lambda one: one[0][0]):
        if one[0][0] >= until:
            found.append([])
        found[-1].append(one)
        until = max(until, one[0][1])
    return found


@pytest.mark.parametrize(
    ("spans", "lines"),
    [
        ([], ()),
        ([(540, 555)], (540, 555)),
        ([(547, 733)], (547, 600, 660, 720, 733)),
        ([(0, 1439)], (0, *range(60, 1439, 60), 1439)),
    ],
)
def test_a_grid_has_a_line_at_each_time_and_each_full_hour(
    spans: list[grid.Span], lines: tuple[int, ...]
) -> None:
    assert grid.lines(spans) == lines


def test_the_stylesheet_has_rules_for_exactly_what_is_used() -> None:
    week = Grid("grid--2031-1", (540, 547, 600), (frozenset({Lane(1, 1)}), frozenset({Lane(2, 4)})))

    assert grid.stylesheet([week]).splitlines() == [
        ".f0900{grid-row-start:m540}",
        ".f0907{grid-row-start:m547}",
        ".f1000{grid-row-start:m600}",
        ".t0900{grid-row-end:m540}",
        ".t0907{grid-row-end:m547}",
        ".t1000{grid-row-end:m600}",
        ".lane-1-of-1{--lane:0;--lanes:1}",
        ".lane-2-of-4{--lane:1;--lanes:4}",
        (
            ".grid--2031-1{--columns:minmax(0,2fr) minmax(0,4fr);"
            "--rows:[m540] minmax(calc(7 * var(--minute)),auto) "
            "[m547] minmax(calc(53 * var(--minute)),auto) [m600] var(--tail);--span:60}"
        ),
    ]


def test_a_week_without_slots_has_one_row() -> None:
    empty = Grid("grid--2031-1", (), (frozenset(),))

    assert (
        grid.stylesheet([empty]) == ".grid--2031-1{--columns:minmax(0,2fr);--rows:auto;--span:1}\n"
    )

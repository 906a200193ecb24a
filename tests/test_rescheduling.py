"""Slots changed in an edition's file: what is asked for, and no line more."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import EXAMPLES, ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from handbook import source
from handbook.rescheduling import NotRescheduledError, Wish, identity, rescheduled

TEA = {"start": "15:00", "end": "15:30", "key": "tea", "title": "Tea", "kind": "break"}
FLOW = "{start: 15:00, end: 15:30, title: Tea, kind: break, key: tea}"
DAY = "- date: 2031-05-30\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("title: T\n", f"title: T\ndays:\n  {DAY}    slots:\n      - {FLOW}\n"),
        ("title: T", f"title: T\ndays:\n  {DAY}    slots:\n      - {FLOW}"),
        ("days: []  # none\n", f"days:  # none\n  {DAY}    slots:\n      - {FLOW}\n"),
        ("days:\ntitle: T\n", f"days:\n  {DAY}    slots:\n      - {FLOW}\ntitle: T\n"),
        ("{title: T}\n", f"{{title: T, days: [{{date: 2031-05-30, slots: [{FLOW}]}}]}}\n"),
        (f"days:\n{DAY}", f"days:\n{DAY}  slots:\n    - {FLOW}\n"),
        (f"days:\n{DAY}  slots: []\n", f"days:\n{DAY}  slots:\n    - {FLOW}\n"),
        (f"days:\n{DAY}  slots: # c\n", f"days:\n{DAY}  slots: # c\n    - {FLOW}\n"),
        (
            "days: [{date: 2031-05-30, slots: []}]\n",
            f"days: [{{date: 2031-05-30, slots: [{FLOW}]}}]\n",
        ),
        (
            f"days:\n{DAY}  slots:\n  - start: 16:00\n    end: 17:00\n    session: keys\n",
            (
                f"days:\n{DAY}  slots:\n  - start: 15:00\n    end: 15:30\n    title: Tea\n"
                "    kind: break\n    key: tea\n"
                "  - start: 16:00\n    end: 17:00\n    session: keys\n"
            ),
        ),
    ],
)
def test_a_slot_comes_in_wherever_days_are_written(before: str, after: str) -> None:
    assert rescheduled(before, [Wish("tea", "2031-05-30", TEA)]) == after


TWO_DAYS = """\
days:
  # first
  - date: 2031-05-30
    slots:
      # one
      - {start: 09:00, end: 10:00, session: one}  # early
      - {start: 11:00, end: 12:00, session: two}
  - date: 2031-05-31
    slots:
      - {start: 10:00, end: 11:00, session: three}
"""


def test_days_that_are_swapped_change_their_slots() -> None:
    wishes = [Wish("three", "2031-05-30", {})]
    wishes += [Wish(key, "2031-05-31", {}) for key in ("one", "two")]

    assert rescheduled(TWO_DAYS, wishes) == (
        "days:\n  # first\n  - date: 2031-05-30\n    slots:\n"
        "      - {start: 10:00, end: 11:00, session: three}\n"
        "  - date: 2031-05-31\n    slots:\n"
        "      # one\n      - {start: 09:00, end: 10:00, session: one}  # early\n"
        "      - {start: 11:00, end: 12:00, session: two}\n"
    )


def test_a_day_of_which_more_is_said_stays_without_its_slots() -> None:
    wishes = [Wish(key, "2031-05-31", {}) for key in ("one", "two")]

    assert rescheduled(TWO_DAYS, wishes) == (
        "days:\n  # first\n  - date: 2031-05-30\n    slots: []\n"
        "  - date: 2031-05-31\n    slots:\n"
        "      # one\n      - {start: 09:00, end: 10:00, session: one}  # early\n"
        "      - {start: 10:00, end: 11:00, session: three}\n"
        "      - {start: 11:00, end: 12:00, session: two}\n"
    )
    assert "2031-05-31" not in rescheduled(TWO_DAYS, [Wish("three", "2031-05-30", {})])


def test_a_day_that_ends_the_file_can_lose_its_last_slot_to_a_later_one() -> None:
    one = "{start: 09:00, end: 10:00, session: one}"
    two = "{start: 11:00, end: 12:00, session: two}"
    wishes = [Wish("one", "2031-05-01", {}), Wish("two", "2031-06-01", {})]

    assert rescheduled(f"days:\n{DAY}  slots:\n    - {one}\n    - {two}\n", wishes) == (
        f"days:\n- date: 2031-05-01\n  slots:\n    - {one}\n"
        f"- date: 2031-06-01\n  slots:\n    - {two}\n"
    )


def test_no_comment_is_lost() -> None:
    listed = TWO_DAYS.replace(
        "- {start: 11:00, end: 12:00, session: two}",
        "- start: 11:00\n        end: 12:00\n        session: two\n        lecturers:\n"
        "          - anna\n          - bo  # who has the key\n",
    )
    with pytest.raises(NotRescheduledError, match="a comment would be lost"):
        rescheduled(listed, [Wish("two", "2031-05-30", {"lecturers": ["anna"]})])
    assert rescheduled(listed, [Wish("two", "2031-05-30", {"lecturers": ["cy", "bo"]})]) == (
        listed.replace("- anna", "- cy")
    )


FILES = {
    path: path.read_text(encoding="utf-8")
    for path in (
        ROOT / "data" / "editions" / "2026.yml",
        EXAMPLES / "spreadsheet" / "written-in-lines" / "data" / "editions" / "2031.yml",
        EXAMPLES / "spreadsheet" / "written-in-brackets" / "data" / "editions" / "2031.yml",
    )
}


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(list(FILES)), st.data())
def test_any_wishes_come_true_and_lines_about_nothing_else_change(
    path: Path, data: st.DataObject
) -> None:
    text = FILES[path]
    read = source.parse("", text).data
    assert isinstance(read, dict)
    days: list[dict[str, list[dict[str, str]]]] = read["days"]  # type: ignore[assignment]
    keys = {identity(slot): str(day["date"]) for day in days for slot in day["slots"]}
    dates = st.sampled_from(sorted({*keys.values(), "2026-10-17", "2031-06-01", "2020-01-01"}))
    fields = st.fixed_dictionaries(
        {},
        optional={
            "start": st.sampled_from(["08:00", "13:00"]),
            "place": st.sampled_from([None, "somewhere", "null"]),
            "groups": st.sampled_from([None, ["a"], ["b", "a"]]),
            "note": st.sampled_from(
                [None, "x: y, #z", "it's", 'a "b" \\', "å🧪", "- x", "\u200bz"]
            ),
            "title": st.sampled_from([None, "T"]),
        },
    )
    chosen = data.draw(st.lists(st.sampled_from(sorted(keys)), unique=True, max_size=12))
    wishes = [Wish(key, data.draw(dates), data.draw(fields)) for key in chosen]
    if data.draw(st.booleans()):
        wishes.append(Wish("tea", data.draw(dates), TEA))

    # It reads back as wished and no comment is lost, else this raises.
    changed = rescheduled(text, wishes)

    if path.parent.parent.parent == ROOT:
        now = changed.split("\n")
        for line in text.split("\n"):
            own = any(f" {key}," in line for key in chosen)
            assert own or line in now or line.startswith("  - date: ")
    again = [Wish(one.key, one.date, {}) for one in wishes]
    assert rescheduled(changed, again) == changed

"""YAML that is written is read back as what it was, comments and all."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from handbook import source, writing
from handbook.source import Plain
from handbook.writing import EACH, Comments

BLOCKS = ((), ("days",), ("days", EACH), ("days", EACH, "slots"))
TEXT = st.text(st.characters(blacklist_categories=["Cs", "Cc", "Co"]) | st.sampled_from("\n:#'- "))
WORDS = TEXT.filter(lambda text: not set(text) & set("\u0085\u2028\u2029\ufeff"))
VALUES: st.SearchStrategy[Plain] = st.recursive(
    st.none() | WORDS, lambda inner: st.lists(inner) | st.dictionaries(st.just("a"), inner)
)


@settings(deadline=None)
@given(
    st.fixed_dictionaries(
        {"title": WORDS, "other": VALUES},
        optional={
            "days": st.lists(
                st.fixed_dictionaries({"date": WORDS}, optional={"slots": st.lists(VALUES)})
            )
        },
    )
)
def test_what_is_written_is_read_back(data: dict[str, Plain]) -> None:
    text = writing.written(data, BLOCKS, Comments(), "Made.")

    assert source.parse("x.yml", text).data == data


def test_comments_stay_with_what_they_stand_beside() -> None:
    text = """\
# About the file.
title: A # one, not two  # beside the title
# Above the days,
# in two lines.
days:  # all of them
  # Above the first.
  - date: x
    # Above the slots.
    slots:
      # Above a slot.
      - {a: '# no comment', b: it's}  # beside a slot
note: |
  # Not a comment.
"""
    read = source.parse("x.yml", text)
    expected = text.replace("# About the file.", "# Made.").replace(
        "title: A # one, not two  # beside the title",
        "title: A  # one, not two  # beside the title",
    )

    assert writing.written(read.data, BLOCKS, writing.comments(read, BLOCKS), "Made.") == expected

"""What readers are told has changed: from real histories, as a page and as a feed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import feedparser
import pytest
from conftest import EXAMPLES
from test_history import KEYS_LINE, Repository

from handbook.compose import Composition, compose

DAY = 24
TODAY = dt.date(2031, 5, 1)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Five days: a beginning, a day for readers, one for organisers, a broken one, its mending."""
    made = Repository(tmp_path / "repository")
    made.commit("The course")
    made.commits = DAY
    made.edit(KEYS_LINE, "{start: 12:00, end: 13:30, session: keys,")
    made.commit("In the morning, it moves")
    made.edit("title: Looking slowly", "title: Looking <slowly> & well", "sessions/looking.yml")
    made.edit("Curator", "Head curator", "lecturers/aino-esimerkki.yml")
    made.edit("title: Boat", "title: Ferry")
    made.commit("In the evening, other things")
    made.commits = 2 * DAY
    guide = made.root / "docs" / "contributing"
    guide.mkdir()
    (guide / "index.md").write_text("# For organisers\n", encoding="utf-8")
    made.edit("name: Aino Esimerkki", "aliases: [Aino]\nname: Aino Esimerkki", AINO)
    made.commit("Nothing that a reader sees")
    made.commits = 3 * DAY
    made.edit("title: Ferry", "title: [Ferry")
    made.commit("Broken")
    made.commits = 4 * DAY
    made.edit("title: [Ferry", "title: Ferry")
    edition = made.root / "data" / "editions" / "2031.yml"
    text = edition.read_text(encoding="utf-8")
    edition.write_text(
        "".join(line for line in text.splitlines(keepends=True) if "session: keys" not in line),
        encoding="utf-8",
    )
    made.commit("Taken out")
    return made


AINO = "lecturers/aino-esimerkki.yml"


def feed(made: Composition) -> bytes:
    assert made.sound, made.problems
    return next(one.content for one in made.exports if one.path == "changes.xml")


def test_the_feed_tells_of_each_day_what_readers_meet(
    repository: Repository, golden: Callable[[Path, str], str]
) -> None:
    made = compose(repository.root, TODAY, "https://lichens.example/book/")
    text = feed(made).decode()

    assert golden(EXAMPLES / "lichens" / "changes.xml", text) == text


def test_the_feed_is_what_feed_readers_understand(repository: Repository) -> None:
    content = feed(compose(repository.root, TODAY, "https://lichens.example/book/"))
    read = feedparser.parse(content)

    assert (read.bozo, read.version) == (False, "atom10")
    assert [(one.title, one.updated) for one in read.entries] == [
        ("Friday 25 September 2026", "2026-09-25T14:13:20Z"),
        ("Tuesday 22 September 2026", "2026-09-22T15:13:20Z"),
        ("Monday 21 September 2026", "2026-09-21T14:13:20Z"),
    ]
    page = "https://lichens.example/book/whats-new/"
    assert [one.link for one in read.entries] == [f"{page}#day-2026-09-2{day}" for day in (5, 2, 1)]
    assert "&lt;slowly&gt; &amp; well</a>" in read.entries[1].content[0].value
    assert len({one.id for one in read.entries}) == len(read.entries)


def test_the_page_says_what_the_feed_says(repository: Repository) -> None:
    made = compose(repository.root, TODAY)
    page = next(one for one in made.pages if one.uri == "whats-new.md")

    assert [one["id"] for one in page.meta["days"]] == [
        "day-2026-09-25",
        "day-2026-09-22",
        "day-2026-09-21",
    ]
    assert page.body.split("\n\n")[:4] == [
        "\n<!-- part: feed -->",
        "## Friday 25 September 2026 {: #day-2026-09-25 }",
        "<!-- part: news 0 -->",
        "## Tuesday 22 September 2026 {: #day-2026-09-22 }",
    ]


def test_of_days_past_nothing_is_told_that_may_not_be_told_today(repository: Repository) -> None:
    repository.edit("title: Head curator", "title: Head curator\npublish: withheld", AINO)
    text = feed(compose(repository.root, TODAY)).decode()

    assert "Esimerkki" not in text
    assert "aino" not in text
    assert "lecturer" not in text


def test_who_was_deleted_is_not_named_any_more(repository: Repository) -> None:
    repository.edit("herbarium, lecturers: [aino-esimerkki],", "herbarium,")
    (repository.root / "data" / AINO).unlink()
    repository.commit("Deleted")
    text = feed(compose(repository.root, TODAY)).decode()

    assert "Esimerkki" not in text
    assert "a lecturer (lecturer): taken out" in text


def test_without_a_history_there_is_nothing_to_tell(repository: Repository, tmp_path: Path) -> None:
    shallow = tmp_path / "shallow"
    repository.git("clone", "-q", "--depth", "1", f"file://{repository.top}", str(shallow))
    read = feedparser.parse(feed(compose(shallow, TODAY)))

    assert (read.bozo, read.entries) == (False, [])


def test_what_is_kept_says_the_same(repository: Repository) -> None:
    first = feed(compose(repository.root, TODAY))
    kept = list((repository.root / ".cache" / "handbook").glob("news-*.json"))

    assert len(kept) == 1
    assert feed(compose(repository.root, TODAY)) == first
    kept[0].write_text('{"days": [{"date": 3}]}')
    assert feed(compose(repository.root, TODAY)) == first


def test_of_days_past_not_even_a_name_of_before_is_told(tmp_path: Path) -> None:
    """A person married, and a record began as a copy of another's, who is still told of."""
    made = Repository(tmp_path / "repository")
    made.edit("name: Aino Esimerkki", "name: Aino Vanhanen", AINO)
    boatman = made.root / "data" / "lecturers" / "boatman.yml"
    boatman.write_text("name: Aino Vanhanen\n")
    made.edit("title: Boat", "title: Boat of Aino Vanhanen, lecturers: [boatman]")
    made.commit("The course")
    made.commits = DAY
    boatman.write_text("name: Odd Vene\n")
    made.edit("title: Looking slowly", "title: Looking with Odd Vene", "sessions/looking.yml")
    made.edit("title: Boat of Aino Vanhanen", "title: Boat of Odd Vene")
    made.commit("A copy becomes its own")
    made.commits = 2 * DAY
    boatman.write_text("name: Odd Meri\n")
    made.edit("title: Looking with Odd Vene", "title: Looking slowly", "sessions/looking.yml")
    edition = made.root / "data" / "editions" / "2031.yml"
    edition.write_text(
        "".join(
            line for line in edition.read_text().splitlines(keepends=True) if "Odd Vene" not in line
        )
    )
    made.commit("Another name, and no boat")
    made.commits = 3 * DAY

    def told() -> str:
        composed = compose(made.root, TODAY)
        assert composed.sound, composed.problems
        return "\n".join(one.content.decode() for one in composed.exports)

    assert "Boat of Odd Vene" in told()
    boatman.write_text("name: Odd Meri\npublish: withheld\n")
    text = told()
    assert "Odd" not in text
    assert "Boat of a lecturer" in text
    assert "Looking with a lecturer" in text
    assert "Aino Vanhanen" in text

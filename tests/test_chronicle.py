"""Document control: what a page says of its own versions, from real histories."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from test_history import KEYS_LINE, Repository

from handbook.chronicle import Chronicle, Control, Version
from handbook.compose import compose
from handbook.pages import Page

TODAY = dt.date(2031, 5, 1)
DAY = 24
LOOKING = "sessions/looking.yml"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "repository")
    made.commit("The course")
    made.commits = DAY
    made.edit("title: Looking slowly", "title: Looking well", LOOKING)
    made.commit("Another title")
    made.commits = 2 * DAY
    made.edit(KEYS_LINE, "{start: 12:00, end: 13:30, session: keys,")
    made.commit("Another time")
    return made


def pages(root: Path) -> dict[str, Page]:
    made = compose(root, TODAY)
    assert made.sound, made.problems
    return {page.uri: page for page in made.pages}


def version(repository: Repository, back: int, date: str) -> Version:
    return Version(repository.git("rev-parse", f"HEAD~{back}").strip()[:7], date)


def test_a_page_has_the_versions_of_its_own_record_and_of_no_other(repository: Repository) -> None:
    made = pages(repository.root)
    first = version(repository, 2, "2026-09-21")

    assert made["sessions/looking.md"].control == Control(
        "sessions/looking", (version(repository, 1, "2026-09-22"), first)
    )
    assert made["sessions/keys.md"].control == Control("sessions/keys", (first,))
    assert made["timetable/2031.md"].control == Control(
        "timetable/2031", (version(repository, 0, "2026-09-23"), first)
    )
    assert made["index.md"].control == Control("home", (first,))


def test_a_list_has_the_versions_of_all_that_is_in_it(repository: Repository) -> None:
    made = pages(repository.root)

    assert made["sessions/index.md"].control == Control(
        "sessions",
        (version(repository, 1, "2026-09-22"), version(repository, 2, "2026-09-21")),
    )


def test_pages_of_the_sites_own_are_no_documents(repository: Repository) -> None:
    made = pages(repository.root)

    assert [uri for uri, page in made.items() if page.control is None] == [
        "whats-new.md",
        "search.md",
        "api.md",
        "contributing/rules.md",
    ]


def test_a_review_is_told_with_its_day_and_who_made_it(repository: Repository) -> None:
    review = "title: Looking well\nreviewed: {on: 2031-04-30, by: The course leader}"
    repository.edit("title: Looking well", review, LOOKING)
    control = pages(repository.root)["sessions/looking.md"].control

    assert control
    assert (control.reviewed_on, control.reviewed_by) == ("2031-04-30", "The course leader")


def test_old_versions_are_counted(repository: Repository) -> None:
    for number in range(12):
        repository.edit("title: ", f"title: {number} ", LOOKING)
        repository.commit("Another number")
    control = pages(repository.root)["sessions/looking.md"].control

    assert control
    assert (len(control.versions), control.earlier) == (10, 4)


def test_the_sites_version_is_the_last_commit_of_what_people_edit(repository: Repository) -> None:
    (repository.root / "README.md").write_text("Nothing of the course\n", encoding="utf-8")
    repository.commit("No data")

    assert compose(repository.root, TODAY).version == version(repository, 1, "").commit


def test_without_a_history_there_are_no_versions(repository: Repository, tmp_path: Path) -> None:
    shallow = tmp_path / "shallow"
    repository.git("clone", "-q", "--depth", "1", f"file://{repository.top}", str(shallow))

    assert pages(shallow)["sessions/looking.md"].control == Control("sessions/looking")
    assert Chronicle().version == ""

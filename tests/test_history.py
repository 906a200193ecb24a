"""The past of a timetable: real git repositories, and histories that nobody thought of."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import EXAMPLES, ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from handbook import book as books
from handbook import history
from handbook.compose import Composition, compose
from handbook.history import Past, Run, Shown, advance

BEGUN = 1_790_000_000
"""The time of the first commit; each later one is an hour after the one before."""
HOUR = 3600


class Repository:
    """The second course under git, with what organisers do to it."""

    def __init__(self, folder: Path, below: str = "") -> None:
        self.top = folder
        self.root = folder / below
        shutil.copytree(EXAMPLES / "lichens" / "data", self.root / "data")
        shutil.copytree(EXAMPLES / "lichens" / "docs", self.root / "docs")
        shutil.copytree(ROOT / "overrides", self.root / "overrides")
        naming = self.root / "data" / "sessions" / "naming.yml"
        naming.write_text(naming.read_text().replace("needs: [keys, collecting]\n", ""))
        shutil.copy(ROOT / ".gitignore", self.root)
        self.commits = 0
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str, time: int = BEGUN) -> str:
        environment = {
            "GIT_AUTHOR_DATE": f"{time} +0200",
            "GIT_COMMITTER_DATE": f"{time} +0200",
            "GIT_CONFIG_GLOBAL": os.devnull,
        }
        person = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.org"]
        done = subprocess.run(
            ["git", *person, *arguments],
            cwd=self.top,
            env=os.environ | environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def commit(self, words: str = "A change") -> None:
        self.git("add", "-A")
        self.git("commit", "-qm", words, time=BEGUN + self.commits * HOUR)
        self.commits += 1

    def edit(self, old: str, new: str, file: str = "editions/2031.yml") -> None:
        path = self.root / "data" / file
        text = path.read_text()
        assert text.count(old) == 1, (old, text.count(old))
        path.write_text(text.replace(old, new))

    def composed(self, today: dt.date = dt.date(2031, 5, 1)) -> Composition:
        return compose(self.root, today)

    def events(self, feed: str = "2031", today: dt.date = dt.date(2031, 5, 1)) -> dict[str, dict]:
        """What a calendar has of each slot: summary, start, place, status, sequence, modified."""
        made = self.composed(today)
        assert made.sound, made.problems
        files = {export.path: export.content for export in made.exports}
        found = Calendar.from_ical(files[f"calendar/{feed}.ics"])
        return {
            str(event["UID"]).partition(".")[0]: (
                str(event["SUMMARY"]),
                f"{event.decoded('DTSTART'):%d %H:%M}",
                str(event.get("LOCATION", "")),
                str(event["STATUS"]),
                int(event["SEQUENCE"]),
                (int(event.decoded("LAST-MODIFIED").timestamp()) - BEGUN) / HOUR,
            )
            for event in found.walk("VEVENT")
        }


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "repository")
    made.commit("The course")
    return made


KEYS = ("Keys and their traps", "31 13:00", "Herbarium", "CONFIRMED", 0, 0)
KEYS_LINE = "{start: 13:00, end: 14:00, session: keys,"
KEYS_SLOT = (
    f"      - {KEYS_LINE} place: herbarium, lecturers: [aino-esimerkki], status: confirmed}}\n"
)


def test_to_name_the_editions_own_place_is_no_revision_and_to_move_the_edition_is(
    repository: Repository,
) -> None:
    repository.edit(f"{KEYS_LINE} place: herbarium,", KEYS_LINE)
    repository.commit()
    assert repository.events()["keys"] == KEYS

    repository.edit("\nplace: herbarium", "\nplace: islet")
    repository.edit("travel: {islet: 60}\n", "", "places/herbarium.yml")
    repository.commit()
    assert repository.events()["keys"] == (*KEYS[:2], "The islet", "CONFIRMED", 1, 2)
    assert repository.events()["looking"][2:5] == ("Herbarium", "TENTATIVE", 0)


def test_what_was_never_changed_has_sequence_0_and_the_time_of_its_commit(
    repository: Repository,
) -> None:
    repository.edit("title: Supper", "title: A long supper", "sessions/supper.yml")
    repository.commit()

    events = repository.events()

    assert repository.composed().problems == ()
    assert events["keys"] == KEYS
    cancelled = ("Cancelled: A long supper", "30 18:00", "Herbarium", "CANCELLED", 1, 1)
    assert events["supper"] == cancelled


def test_a_slot_that_is_moved_twice(repository: Repository) -> None:
    repository.edit(KEYS_LINE, "{start: 09:00, end: 14:00, session: keys,")
    repository.commit()
    repository.edit("{start: 09:00, end: 14:00,", "{start: 09:00, end: 10:30,")
    repository.commit()

    assert repository.events()["keys"] == ("Keys and their traps", "31 09:00", *KEYS[2:4], 2, 2)


def test_another_title_name_of_a_place_or_time_zone_is_a_revision_and_no_other_event(
    repository: Repository,
) -> None:
    repository.edit("title: Keys and their traps", "title: Keys", "sessions/keys.yml")
    repository.commit()
    repository.edit("name: Herbarium", "name: Old herbarium", "places/herbarium.yml")
    repository.commit()
    repository.edit("Europe/Helsinki", "Europe/Stockholm", "course.yml")
    repository.commit()

    events = repository.events()

    assert events["keys"] == ("Keys", "31 13:00", "Old herbarium", "CONFIRMED", 3, 3)
    # Supper is where the edition is, so the name of that place is a revision as well.
    assert events["supper"][4:] == (2, 3)


def test_what_a_calendar_does_not_show_is_no_revision(repository: Repository) -> None:
    repository.edit("summary: How a key", "summary: Why a key", "sessions/keys.yml")
    repository.edit("seats: 12", "seats: 11")
    repository.commit()
    repository.edit("title: Spring 2031", "title: 'Spring 2031'")
    repository.edit(KEYS_LINE, "{end: '14:00', start: '13:00', session: keys,")
    repository.commit()

    assert repository.events()["keys"] == KEYS


def test_cancelled_removed_added_again_and_removed(repository: Repository) -> None:
    day = "  - date: 2031-05-31\n    slots:\n"
    cancelled = KEYS_SLOT.replace("confirmed", "cancelled")
    seen = [repository.events()["keys"]]
    for old, new in (
        (KEYS_SLOT, cancelled),
        (cancelled, KEYS_SLOT),
        (KEYS_SLOT, cancelled),
        (cancelled, ""),
        (day, day + KEYS_SLOT),
        (KEYS_SLOT, ""),
    ):
        repository.edit(old, new)
        repository.commit()
        seen.append(repository.events()["keys"])

    gone = ("Cancelled: Keys and their traps", *KEYS[1:3], "CANCELLED")
    assert (
        seen
        == [
            KEYS,
            (*gone, 1, 1),
            (*KEYS[:4], 2, 2),
            (*gone, 3, 3),
            (*gone, 3, 3),  # it was cancelled already: nothing else is shown
            (*KEYS[:4], 4, 5),
            (*gone, 5, 6),
        ]
    )


def test_what_was_removed_stays_in_every_feed_until_its_edition_ends(
    repository: Repository,
) -> None:
    repository.edit(KEYS_SLOT, "")
    repository.commit()
    gone = ("Cancelled: Keys and their traps", *KEYS[1:3], "CANCELLED", 1, 1)
    last = dt.date(2031, 5, 31)
    feeds = ["2031", "2031/lecturers/aino-esimerkki", "2031/groups/a", "2031/slots/keys"]

    assert [repository.events(feed, last)["keys"] for feed in feeds] == [gone] * 4
    after = dt.date(2031, 6, 1)
    assert ["keys" in repository.events(feed, after) for feed in feeds[:3]] == [False] * 3
    paths = {export.path for export in repository.composed(after).exports}
    assert "calendar/2031/slots/keys.ics" not in paths


def test_what_is_taken_from_a_lecturer_is_cancelled_for_them_alone(repository: Repository) -> None:
    repository.edit(KEYS_SLOT, KEYS_SLOT.replace(" lecturers: [aino-esimerkki],", ""))
    repository.commit()
    gone = ("Cancelled: Keys and their traps", *KEYS[1:3], "CANCELLED", 1, 1)

    assert repository.events()["keys"] == KEYS
    assert repository.events("2031/lecturers/aino-esimerkki")["keys"] == gone

    repository.git("revert", "--no-edit", "HEAD", time=BEGUN + 5 * HOUR)
    assert repository.events("2031/lecturers/aino-esimerkki")["keys"] == (*KEYS[:4], 2, 5)


def test_what_moves_to_another_group_is_cancelled_for_the_first(repository: Repository) -> None:
    repository.edit("groups: [a], key: collecting-a", "groups: [b], key: collecting-a")
    repository.edit("groups: [b], key: collecting-b", "groups: [a], key: collecting-b")
    repository.commit()

    statuses = {
        group: repository.events(f"2031/groups/{group}")["collecting-a"][3:5] for group in "ab"
    }
    assert statuses == {"a": ("CANCELLED", 1), "b": ("TENTATIVE", 0)}


def test_an_edition_that_is_no_more_is_cancelled_until_it_would_have_ended(
    repository: Repository,
) -> None:
    data = repository.root / "data" / "editions"
    text = (data / "2031.yml").read_text().replace("2031-", "2032-")
    (data / "2032.yml").write_text(text)
    repository.commit()
    (data / "2032.yml").unlink()
    repository.commit()

    assert {event[3] for event in repository.events("2032").values()} == {"CANCELLED"}
    assert "calendar/2032.ics" not in {
        export.path for export in repository.composed(dt.date(2033, 1, 1)).exports
    }


def test_an_uncommitted_change_counts_as_one_more_and_committing_it_as_none(
    repository: Repository,
) -> None:
    repository.edit(KEYS_LINE, "{start: 12:00, end: 14:00, session: keys,")
    before = repository.events()["keys"]
    repository.edit("{start: 12:00", "{start: 11:00")
    still = repository.events()["keys"]
    repository.commit()

    assert before == ("Keys and their traps", "31 12:00", *KEYS[2:4], 1, 0)
    assert still == ("Keys and their traps", "31 11:00", *KEYS[2:4], 1, 0)
    assert repository.events()["keys"] == ("Keys and their traps", "31 11:00", *KEYS[2:4], 1, 1)


MOVES = ("12:00", "11:00", "10:00")


def propose(repository: Repository) -> None:
    """Three moves of a slot on a branch, and another change of main meanwhile."""
    repository.git("checkout", "-q", "-b", "proposal")
    for old, new in zip(("13:00", *MOVES), MOVES, strict=False):
        line = "{{start: {}, end: 14:00, session: keys,"
        repository.edit(line.format(old), line.format(new))
        repository.commit()
    repository.git("checkout", "-q", "main")
    repository.edit("title: Supper", "title: A long supper", "sessions/supper.yml")
    repository.commit()


def test_a_merged_branch_counts_as_its_commits_did(repository: Repository) -> None:
    propose(repository)
    repository.git("merge", "-q", "--no-ff", "--no-edit", "proposal", time=BEGUN + 9 * HOUR)

    events = repository.events()

    assert events["keys"] == ("Keys and their traps", "31 10:00", *KEYS[2:4], 3, 9)
    assert events["supper"][4:] == (1, 9)


def test_a_published_line_that_becomes_a_second_parent_counts_on(repository: Repository) -> None:
    """`git pull` at a colleague's: main goes on from a merge whose first parent is theirs."""
    propose(repository)
    repository.git("branch", "theirs")
    repository.git("checkout", "-q", "proposal")
    published = repository.events()["keys"]
    repository.git("checkout", "-q", "theirs")
    repository.git("merge", "-q", "--no-ff", "--no-edit", "proposal", time=BEGUN + 9 * HOUR)
    merged = repository.events()["keys"]
    shutil.rmtree(repository.root / ".cache")

    assert published == ("Keys and their traps", "31 10:00", *KEYS[2:4], 3, 3)
    assert merged == repository.events()["keys"] == (*published[:4], 3, 9)


def test_a_merge_that_takes_one_side_whole_counts_the_other(repository: Repository) -> None:
    """Such a merge changes nothing of its first parent, so that git would pass over the rest."""
    propose(repository)
    repository.git("merge", "-q", "-s", "ours", "--no-edit", "proposal", time=BEGUN + 9 * HOUR)

    assert repository.events()["keys"] == (*KEYS[:4], 4, 9)
    assert repository.events()["supper"][4:] == (1, 9)


def test_a_merge_that_cannot_be_read_loses_nothing(repository: Repository) -> None:
    propose(repository)
    repository.git("merge", "-q", "--no-commit", "--no-ff", "proposal")
    repository.edit("{start: 10:00, end: 14:00, session: keys,", "{start: 25:00, session: keys,")
    repository.commit()
    repository.edit("{start: 25:00, session: keys,", KEYS_LINE)
    repository.commit()

    assert repository.events()["keys"][:5] == (*KEYS[:4], 4)


def test_a_commit_that_cannot_be_read_is_passed_over(repository: Repository) -> None:
    for broken in (
        "{start: 25:00, end: 14:00, session: keys,",
        "{start: 1300, end: 14:00, session: keys,",
        "{start: 14:00, end: 14:00, session: keys,",
        "{start: 15:00, end: 14:00, session: keys,",
        "{start: 13:00, end: 14:00, session: locks,",
        "{start: 13:00, end: 14:00, end: 15:00, session: keys,",
        "{start: 13:00, end: 14:00, session: [keys],",
        "{start: 13:00, end: 14:00, session: keys",
        "{start: 13:00, end: 14:00, key: ../../keys, session: keys,",
    ):
        repository.edit(KEYS_LINE, broken)
        repository.commit()
        repository.edit(broken, KEYS_LINE)
    repository.commit()

    assert repository.events()["keys"] == KEYS


def test_a_slot_that_a_check_refuses_leaves_nothing_behind(repository: Repository) -> None:
    for times in ("start: 14:00, end: 13:00", "start: 13:00, end: 13:00"):
        repository.edit(KEYS_SLOT, f"{KEYS_SLOT}      - {{{times}, key: tea, title: Tea}}\n")
        repository.commit()
        repository.edit(f"      - {{{times}, key: tea, title: Tea}}\n", "")
        repository.commit()

    assert repository.events()["keys"] == KEYS
    assert "tea" not in repository.events()


def test_a_time_that_the_clocks_skip_was_never_published() -> None:
    """Helsinki's clocks go from 03:00 to 04:00 on 30 March 2031: 03:30 would come after 04:00."""
    slot = {"start": "03:30", "end": "04:00", "key": "night"}
    files = {
        "data/course.yml": {"time_zone": "Europe/Helsinki"},
        "data/editions/e.yml": {"when": "2031", "days": [{"date": "2031-03-30", "slots": [slot]}]},
    }

    with pytest.raises(history.UnreadableError):
        history.state(files)


AINO = "2031/lecturers/aino-esimerkki"
ANNA = "2031/lecturers/anna-esimerkki"


def test_who_subscribed_to_a_lecturer_under_a_former_id_gets_what_goes_on(
    repository: Repository,
) -> None:
    before = repository.events(AINO)
    folder = repository.root / "data" / "lecturers"
    (folder / "aino-esimerkki.yml").rename(folder / "anna-esimerkki.yml")
    edition = repository.root / "data" / "editions" / "2031.yml"
    edition.write_text(edition.read_text().replace("aino-esimerkki", "anna-esimerkki"))
    repository.edit(
        "title: Curator",
        "title: Curator\nformer_ids: [aino-esimerkki]",
        "lecturers/anna-esimerkki.yml",
    )
    uncommitted = repository.events(AINO)
    repository.commit()

    assert [event[3:5] for event in before.values()] == [("TENTATIVE", 0), ("CONFIRMED", 0)]
    assert before == uncommitted == repository.events(AINO) == repository.events(ANNA)
    files = {export.path: export.content for export in repository.composed().exports}
    assert files[f"calendar/{AINO}.ics"] == files[f"calendar/{ANNA}.ics"]

    repository.edit(KEYS_LINE, "{start: 12:00, end: 14:00, session: keys,")
    repository.commit()
    assert repository.events(AINO) == repository.events(ANNA)
    assert repository.events(AINO)["keys"][1:5] == ("31 12:00", *KEYS[2:4], 1)


def test_a_former_id_that_is_told_later_counts_on(repository: Repository) -> None:
    """Not the same bytes then: who kept the old address saw a cancellation, and must unsee it."""
    folder = repository.root / "data" / "lecturers"
    (folder / "aino-esimerkki.yml").rename(folder / "anna-esimerkki.yml")
    edition = repository.root / "data" / "editions" / "2031.yml"
    edition.write_text(edition.read_text().replace("aino-esimerkki", "anna-esimerkki"))
    repository.commit()
    cancelled = repository.events(AINO)["keys"]
    repository.edit(
        "title: Curator",
        "title: Curator\nformer_ids: [aino-esimerkki]",
        "lecturers/anna-esimerkki.yml",
    )
    repository.commit()

    assert cancelled[3:] == ("CANCELLED", 1, 1)
    assert repository.events(AINO)["keys"] == (*KEYS[:4], 2, 2)
    assert repository.events(ANNA)["keys"] == KEYS


def test_the_project_may_lie_in_a_folder_of_its_repository(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "repository", "teaching/hand book")
    (repository.top / "data").mkdir()
    (repository.top / "data" / "course.yml").write_text("another project's")
    repository.commit()
    repository.edit(KEYS_LINE, "{start: 12:00, end: 14:00, session: keys,")
    repository.commit()

    assert repository.composed().problems == ()
    assert repository.events()["keys"][3:] == ("CONFIRMED", 1, 1)


def test_what_is_kept_changes_nothing(repository: Repository) -> None:
    folder = repository.root / ".cache" / "handbook"
    repository.events()
    repository.edit(KEYS_LINE, "{start: 12:00, end: 14:00, session: keys,")
    repository.commit()
    resumed = repository.composed().exports
    kept = sorted(folder.glob("history-*.json"))
    warm = repository.composed().exports
    for path in kept:
        path.write_text('{"past": {"2031": {"entries": {"keys": 1}}}}')
    damaged = repository.composed().exports
    shutil.rmtree(folder)

    assert len(kept) == 2
    assert resumed == warm == damaged == repository.composed().exports


# --- Without a history -----------------------------------------------------------------------

TODAY = dt.date(2031, 5, 1)


def said(made: Composition) -> list[str]:
    return [str(problem) for problem in made.problems]


def without(reason: str) -> list[str]:
    hint = "calendars count revisions only from here; make them from a whole clone to publish them"
    words = f"the history of the timetable is not known: {reason}"
    return [f"data/editions:1:1: HB230 info: {words} ({hint})"]


def test_without_a_repository_all_counts_are_0_and_the_time_is_todays(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(repository.root / ".git")
    monkeypatch.setenv("HANDBOOK_PUBLISH", "1")
    made = repository.composed()
    modified = (dt.datetime(2031, 5, 1, tzinfo=dt.UTC).timestamp() - BEGUN) / HOUR

    assert said(made) == without("this is no git repository")
    assert made.sound
    assert made.spotless
    assert repository.events()["keys"] == (*KEYS[:4], 0, modified)


def test_without_git_commits_or_committed_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = Repository(tmp_path / "repository")
    assert said(repository.composed()) == without("nothing is committed yet")

    (repository.root / ".gitignore").write_text("data/\n")
    repository.commit()
    assert said(repository.composed()) == without("no commit holds its data")

    monkeypatch.setenv("PATH", str(tmp_path))
    assert said(repository.composed()) == without("git is missing")


def test_what_has_only_a_part_of_its_history_is_not_published(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.edit(KEYS_LINE, "{start: 12:00, end: 14:00, session: keys,")
    repository.commit()
    clone = tmp_path / "clone"
    repository.git("clone", "-q", "--depth", "1", repository.top.as_uri(), str(clone))

    unpublished = compose(clone, TODAY)
    monkeypatch.setenv("HANDBOOK_PUBLISH", "1")
    refused = compose(clone, TODAY)
    whole = compose(repository.root, TODAY)
    monkeypatch.setenv("PATH", str(tmp_path))
    unread = compose(repository.root, TODAY)

    assert said(unpublished) == without("this is a shallow clone")
    assert unpublished.exports
    hint = "fetch all of it: git fetch --unshallow, or fetch-depth: 0 when checking out"
    words = "the history of the timetable is not whole: this is a shallow clone"
    assert said(refused) == [f"data/editions:1:1: HB231 error: {words} ({hint})"]
    assert (refused.pages, refused.exports) == ((), ())
    assert (whole.problems, bool(whole.exports)) == ((), True)
    assert [problem.code for problem in unread.problems] == ["HB231"]


def test_what_a_shallow_clone_knew_is_not_trusted_when_it_is_whole(
    repository: Repository, tmp_path: Path
) -> None:
    for old, new in (("13:00", "12:00"), ("12:00", "11:00")):
        line = "{{start: {}, end: 14:00, session: keys,"
        repository.edit(line.format(old), line.format(new))
        repository.commit()
    whole = compose(repository.root, TODAY).exports
    clone = tmp_path / "clone"
    repository.git("clone", "-q", "--depth", "1", repository.top.as_uri(), str(clone))

    shallow = compose(clone, TODAY)
    kept = list((clone / ".cache" / "handbook").glob("history-*.json"))
    repository.git("-C", str(clone), "fetch", "-q", "--unshallow")
    unshallowed = compose(clone, TODAY)

    assert said(shallow) == without("this is a shallow clone")
    assert kept == []
    assert unshallowed.problems == ()
    assert unshallowed.exports == whole != shallow.exports


def test_an_object_that_git_does_not_have_is_history_that_is_not_whole(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    blob = repository.git("rev-parse", "HEAD:data/editions/2031.yml").strip()
    repository.edit(KEYS_LINE, "{start: 12:00, end: 14:00, session: keys,")
    repository.commit()
    (repository.top / ".git" / "objects" / blob[:2] / blob[2:]).unlink()

    assert said(repository.composed()) == without(f"git does not have {blob}")
    monkeypatch.setenv("HANDBOOK_PUBLISH", "1")
    assert [problem.code for problem in repository.composed().problems] == ["HB231"]
    assert list((repository.root / ".cache" / "handbook").glob("history-*.json")) == []


# --- Any history -----------------------------------------------------------------------------

slots = st.dictionaries(
    st.sampled_from(["looking", "keys", "naming"]),
    st.tuples(
        st.builds(
            Shown,
            title=st.sampled_from(["A", "B"]),
            status=st.sampled_from(["example", "provisional", "confirmed", "cancelled"]),
            start=st.sampled_from(["2031-05-30T09:00", "2031-05-31T09:00"]),
            end=st.just("2031-05-31T10:00"),
            zone=st.just("Europe/Helsinki"),
            location=st.sampled_from(["", "Herbarium"]),
        ),
        st.lists(
            st.sampled_from(["groups/a", "groups/b", "lecturers/c"]), unique=True, max_size=3
        ).map(tuple),
    ),
)
states = st.lists(
    st.dictionaries(
        st.sampled_from(["2030", "2031"]),
        st.builds(Run, st.just("T"), st.just("2031-05-31"), slots),
    ),
    max_size=8,
)


@settings(max_examples=300, deadline=None)
@given(states, st.lists(st.integers(0, 100), min_size=8, max_size=8))
def test_counts_never_fall_and_everything_arrives(
    found: list[dict[str, Run]], times: list[int]
) -> None:
    """For every reader of every feed, whatever organisers do, and however clocks go."""
    past: Past = {}
    for now, time in zip(found, times, strict=False):
        before, past = past, advance(past, now, time)
        for edition, run in past.items():
            for key, entry in run.entries.items():
                slot = now[edition].slots.get(key) if edition in now else None
                for feed in ("", *entry.feeds):
                    here = entry.in_feed(feed)
                    inside = slot is not None and (not feed or feed in slot[1])
                    assert here.present == inside
                    assert (
                        here.shown == slot[0]
                        if slot and inside
                        else (here.shown.status == "cancelled")
                    )
                    earlier = before[edition].entries.get(key) if edition in before else None
                    if earlier and (not feed or feed in earlier.feeds):
                        old = earlier.in_feed(feed)
                        assert here.revision - old.revision in range(3)
                        assert here.modified >= old.modified
                        assert (here.revision > old.revision) or here.shown == old.shown


commits = st.lists(
    st.tuples(
        st.one_of(st.none(), states.map(lambda some: some[0] if some else {})),
        st.lists(st.integers(1, 4), max_size=3),
        st.integers(0, 100),
    ),
    max_size=9,
)


@settings(max_examples=300, deadline=None)
@given(commits)
def test_counts_never_fall_from_any_commit_to_one_that_follows(
    found: list[tuple[dict[str, Run] | None, list[int], int]],
) -> None:
    """For every shape of history: branches, merges of several, roots, and what cannot be read."""
    pasts: list[Past] = []
    for number, (now, back, time) in enumerate(found):
        parents = [pasts[number - steps] for steps in back if steps <= number]
        past = history.after(parents, now, time)
        pasts.append(past)
        for before, edition in [(one, edition) for one in parents for edition in one]:
            for key, old_entry in before[edition].entries.items():
                for feed in ("", *old_entry.feeds):
                    old = old_entry.in_feed(feed)
                    here = past[edition].entries[key].in_feed(feed)
                    assert here.revision >= old.revision
                    assert here.modified >= old.modified
                    assert (here.revision > old.revision) or here.shown == old.shown
        for edition, run in (now or {}).items():
            entries = past[edition].entries
            assert {key: one.shown for key, one in entries.items() if one.present} == {
                key: shown for key, (shown, _) in run.slots.items()
            }


def test_the_same_state_again_changes_nothing() -> None:
    shown = Shown("A", "confirmed", "2031-05-30T09:00", "2031-05-30T10:00", "UTC", "")
    state = {"2031": Run("T", "2031-05-31", {"keys": (shown, ("groups/a",))})}
    past = advance({}, state, 1)

    assert advance(past, state, 2) == past
    moved = {"2031": replace(state["2031"], slots={"keys": (replace(shown, title="B"), ())})}
    assert advance(advance(past, moved, 2), moved, 3) == advance(past, moved, 2)


def test_what_the_files_say_now_is_read_like_what_they_said() -> None:
    book, _ = books.load(EXAMPLES / "lichens")
    past, _ = history.read(EXAMPLES / "lichens", book, TODAY)

    shown = {key: entry.shown for key, entry in past["2031"].entries.items()}
    assert shown["collecting-a"] == Shown(
        "Collecting on the islet",
        "provisional",
        "2031-05-30T11:00",
        "2031-05-30T15:00",
        "Europe/Helsinki",
        "The islet",
    )
    assert shown["boat"].title == "Boat"
    assert past["2031"].entries["boat"].feeds.keys() == {"groups/a", "groups/b"}
    assert past["2031"].entries["looking"].feeds.keys() == {
        "groups/a",
        "groups/b",
        "lecturers/aino-esimerkki",
    }


PLACES = {
    "room": {"name": "Room 3", "within": "house"},
    "house": {"name": "House", "within": "campus", "address": "Street 1"},
    "campus": {"name": "Campus", "within": "room", "address": "Elsewhere"},
}


def test_a_place_in_words() -> None:
    assert history.location(PLACES, "room") == "Room 3, House, Campus, Street 1"
    assert history.location(PLACES, "campus") == "Campus, Room 3, House, Elsewhere"


@pytest.mark.parametrize(
    ("when", "ends"),
    [("2031", "2031-12-31"), ("2031-05", "2031-05-31"), ("2031-05-30", "2031-05-30")],
)
def test_a_month_or_a_year_ends_when_no_day_is_left(when: str, ends: str) -> None:
    files = {"data/course.yml": {"time_zone": "UTC"}, "data/editions/e.yml": {"when": when}}

    assert history.state(files)["e"].ends == ends


@pytest.mark.parametrize("when", ["", "soon", "2031-5"])
def test_what_says_no_time_says_nothing(when: str) -> None:
    files = {"data/course.yml": {"time_zone": "UTC"}, "data/editions/e.yml": {"when": when}}

    with pytest.raises(history.UnreadableError):
        history.state(files)

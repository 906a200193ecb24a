"""What a change means: golden examples, replayed edits that nobody thought of, hostile names."""

from __future__ import annotations

import copy
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import EXAMPLES, ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handbook import addresses, changes, cli, diff, pages, reach, source, views
from handbook import book as books
from handbook.commands import FINE, USAGE
from handbook.compose import Composition, compose, inspect
from handbook.pages import plain

LICHENS = EXAMPLES / "lichens"
TEMPLATES = ROOT / "overrides"
CASES = sorted(path.name for path in (EXAMPLES / "changes").iterdir())
FORMS = {"text": "txt", "markdown": "md", "json": "json"}


def project(folder: Path, *overlays: Path) -> Path:
    """The second course with the files of some folders laid over it."""
    for name in ("data", "docs"):
        shutil.copytree(LICHENS / name, folder / name)
    for overlay in overlays:
        if overlay.is_dir():
            shutil.copytree(overlay, folder, dirs_exist_ok=True)
            deleted = overlay / "deleted.txt"
            for gone in deleted.read_text().split() if deleted.exists() else []:
                (folder / gone).unlink()
    return folder


@pytest.mark.parametrize("name", CASES)
def test_a_change_is_told_in_these_words(
    name: str, tmp_path: Path, golden: Callable[[Path, str], str]
) -> None:
    example = EXAMPLES / "changes" / name
    old = inspect(project(tmp_path / "old", example / "before"))
    new = inspect(project(tmp_path / "new", example / "before", example / "after"))

    found = diff.of("0" * 40, old, new, TEMPLATES)

    for form, ending in FORMS.items():
        text = diff.FORMATS[form](found)
        assert golden(example / f"expected.{ending}", text) == text
    assert_replays(old, new)


def assert_replays(old: Composition, new: Composition) -> None:
    unread = changes.unread(old.book) | changes.unread(new.book)
    before, after = (changes.without(changes.told(one.book), unread) for one in (old, new))
    found = diff.as_json(diff.of("", old, new, TEMPLATES))
    kept = copy.deepcopy(before)

    made = changes.replayed(before, json.loads(found)["changes"])

    assert before == kept
    assert made == after
    for name in changes.ORDERED:
        assert list(made[name]) == list(after[name])


# --- Edits that nobody thought of ------------------------------------------------------------

WORDS = st.sampled_from(
    ["keys", "looking", "supper", "a", "b", "herbarium", "islet", "09:00", "11:30", "cancelled",
     "confirmed", "2031-05-30", "2031-06-02", "a/b~c", "Nobody", "find-lichens", "search"]
)  # fmt: skip
VALUES = st.recursive(
    st.none() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to everything in plain data."""
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value or ())
    if isinstance(value, dict | list):
        for step, one in items:
            found += places(one, (*path, step))
    return found


def edited(data: Any, draw: Callable[[Any], Any]) -> Any:
    """The data with one thing set, taken out, added, or set somewhere else in its list."""
    path = draw(st.sampled_from(places(data)))
    parent = data
    for step in path[:-1]:
        parent = parent[step]
    action = draw(st.sampled_from(["set", "delete", "add", "shuffle", "move"]))
    if action == "set":
        parent[path[-1]] = draw(VALUES)
    elif action == "delete":
        del parent[path[-1]]
    elif action == "shuffle" and isinstance(parent, list):
        parent[:] = draw(st.permutations(parent))
    elif action == "shuffle":
        for name, one in draw(st.permutations(list(parent.items()))):
            del parent[name]
            parent[name] = one
    elif action == "move" and isinstance(parent, list):
        parent.append(parent.pop(path[-1]))
    elif isinstance(parent, list):
        parent.insert(0, draw(VALUES))
    else:
        parent[draw(WORDS)] = draw(VALUES)
    return data


def edit(root: Path, draw: Callable[[Any], Any]) -> None:
    """One random edit: of a file's data, or of which files there are."""
    files = sorted((root / "data").rglob("*.yml"))
    file = draw(st.sampled_from([*files, *([root / "data/editions/2031.yml"] * len(files))]))
    if not file.exists():
        return
    action = draw(st.sampled_from(["edit"] * 8 + ["delete", "rename", "copy", "break"]))
    other = file.with_name(f"{draw(st.sampled_from(['other', 'new-one', 'Bad#name']))}.yml")
    if action == "delete":
        file.unlink()
    elif action == "rename":
        text = file.read_text()
        file.unlink()
        other.write_text(f"{text}former_ids: [{file.stem}]\n")
    elif action == "copy":
        other.write_text(file.read_text())
    elif action == "break":
        file.write_text("title: [\n")
    else:
        data: Any = source.parse(file.name, file.read_text()).data
        if data and isinstance(data, dict | list) and places(data):
            file.write_text(yaml.safe_dump(edited(data, draw), sort_keys=False))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_is_told_replayed_on_the_old_data_gives_the_new(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = project(tmp_path_factory.mktemp("edits") / "project")
    states = []
    for number in (0, data.draw(st.integers(1, 5))):
        for _ in range(number):
            edit(root, data.draw)
        states.append(inspect(root))

    assert_replays(*states)
    assert_replays(*reversed(states))
    for form in diff.FORMATS.values():
        form(diff.of("", *states, TEMPLATES))


def test_comments_and_the_order_of_fields_are_no_change(tmp_path: Path) -> None:
    old = inspect(project(tmp_path / "old"))
    root = project(tmp_path / "new")
    for file in (root / "data").rglob("*.yml"):
        data: Any = source.parse(file.name, file.read_text()).data
        if file.stem not in changes.ORDERED:
            data = dict(reversed(data.items()))
        written = yaml.safe_dump(data, sort_keys=False)
        file.write_text(f"# A remark\n{written}")

    found = diff.of("", old, inspect(root), TEMPLATES)

    assert (found.changes, found.reach.pages, found.reach.events) == ((), (), ())
    assert diff.text(found) == "What this change means\n\nNothing: both states say the same.\n"


EDITS = [
    ("sessions/keys.yml", "title: Keys and their traps", "title: Keys"),
    ("sessions/keys.yml", "| 1 | On rock? |", "| 1 | On bark? [@kuusi2024walls] |"),
    ("sessions/naming.yml", "status: confirmed", "status: provisional"),
    ("sessions/collecting.yml", "bring: Hand lens", "bring: Two lenses"),
    ("sessions/collecting.yml", "outcomes: [find-lichens]", "outcomes: [name-lichens]"),
    ("editions/2031.yml", "start: 09:00, end: 10:00", "start: 08:30, end: 10:00"),
    ("editions/2031.yml", "note: 'Microscopes are shared.', ", ""),
    ("editions/2031.yml", "seats: 12", "seats: 11"),
    ("lecturers/aino-esimerkki.yml", "name: Aino Esimerkki", "name: Aino Toinen"),
    ("lecturers/aino-esimerkki.yml", "title: Curator", "title: Professor"),
    ("places/herbarium.yml", "name: ", "name: Old "),
    ("organisations/kuusi-university.yml", "name: ", "name: New "),
    ("outcomes.yml", "short: Find lichens", "short: Find"),
    ("stages.yml", "short: Search", "short: Seek"),
    ("course.yml", "title: Field lichenology", "title: Lichenology"),
    ("course.yml", "role: Questions about the course", "role: All questions"),
    ("cases/wall-survey.yml", "title: ", "title: The "),
    ("frameworks/collecting-code.yml", "title: ", "title: The "),
    ("references.bib", "year", "note = {Second print}, year"),
    ("glossary.yml", "definition: ", "definition: Always "),
]


NEW_LECTURER = ("lecturers/asa-prov.yml", "", "name: Åsa Prov\nsummary: Shows keys.\n")
NEW_CASE = (
    "cases/roof.yml",
    "",
    "title: A roof\nkind: hospital\nsummary: Wet.\nstages: [search]\nbody: |\n  Tiles.\n",
)
KEYS = "session: keys, place: herbarium, lecturers: [aino-esimerkki], status: confirmed}"
SUPPER = "session: supper, status: cancelled}\n"
CHANGES = {
    "a slot moves to another day": [
        ("editions/2031.yml", f"      - {{start: 13:00, end: 14:00, {KEYS}\n", ""),
        ("editions/2031.yml", SUPPER, f"{SUPPER}      - {{start: 16:30, end: 17:30, {KEYS}\n"),
    ],
    "a new lecturer takes over": [
        NEW_LECTURER,
        ("editions/2031.yml", "lecturers: [aino-esimerkki]", "lecturers: [asa-prov]"),
    ],
    "a new lecturer joins": [
        NEW_LECTURER,
        ("editions/2031.yml", "session: naming, ", "session: naming, lecturers: [asa-prov], "),
    ],
    "a slot gets another place": [
        ("editions/2031.yml", "place: islet", "place: herbarium"),
    ],
    "a note changes": [("editions/2031.yml", "Microscopes are shared.", "Bring your own.")],
    "a slot is cancelled": [
        ("editions/2031.yml", "status: confirmed", "status: cancelled"),
    ],
    "a title changes": [("sessions/looking.yml", "title: ", "title: More ")],
    "a summary changes": [("sessions/looking.yml", "summary: ", "summary: Soon, ")],
    "a case is new": [NEW_CASE],
    "a case is new, and taught": [
        NEW_CASE,
        ("sessions/keys.yml", "status:", "cases: [roof]\nstatus:"),
    ],
    "a page's heading changes": [("../docs/privacy.md", "# ", "# Our ")],
    "credits change": [("course.yml", "credits: ", "credits: 1")],
}


def two_states(folder: Path, edits: list[tuple[str, str, str]]) -> list[Composition]:
    """The second course before and after some edits: file, old text (none: a new file), new."""
    root = project(folder / "project")
    shutil.copytree(TEMPLATES, root / "overrides")
    before = compose(root)
    for file, old, new in edits:
        path = root / "data" / file
        text = path.read_text() if old else ""
        assert old in text
        path.write_text(text.replace(old, new, 1) if old else new)
    after = compose(root)
    assert after.sound, after.problems
    return [before, after]


@pytest.mark.parametrize("edits", [*([one] for one in EDITS), *CHANGES.values()])
def test_the_pages_that_change_are_told_and_no_others(
    edits: list[tuple[str, str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = two_states(tmp_path, edits)
    truly = changed_pages(*states)

    assert set(diff.of("", *states, TEMPLATES).reach.pages) == truly

    monkeypatch.setattr(reach, "MADE", 0)
    assert set(diff.of("", *states, TEMPLATES).reach.pages) >= truly


def changed_pages(before: Composition, after: Composition) -> set[str]:
    """By all that people see of a page's HTML, made for every page; not by its data in the head."""
    shown = []
    for state in (before, after):
        site = views.site(state.book, state.today)
        around = site.short, site.summary, site.host and site.host.name, site.publisher
        by_hand = [one.title for one in state.pages if not one.meta and "/" not in one.uri]
        shown.append({})
        for one in state.pages:
            notes = [
                state.book.references.note(key) for key in re.findall(r"\[@([\w-]+)", one.body)
            ]
            meta = {name: value for name, value in one.meta.items() if name != "linked_data"}
            all_of_it = [site] if one.uri in ("index.md", "practical.md") else []
            shown[-1][addresses.of_uri(one.uri)] = (
                one.title, one.body, json.dumps(plain(meta)), notes, around, by_hand, all_of_it
            )  # fmt: skip
    every = {one for state in shown for one in state}
    return {one for one in every if shown[0].get(one) != shown[1].get(one)}


FAULTS = sorted(path for path in (EXAMPLES / "faults").iterdir() if path.name[:3] in ("HB2", "HB3"))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda path: path.name)
def test_pages_are_compared_in_spite_of_a_fault_in_the_plan(fault: Path, tmp_path: Path) -> None:
    states = [inspect(project(tmp_path / "old")), inspect(project(tmp_path / "new", fault))]

    told = set(diff.of("", *states, TEMPLATES).reach.pages)

    assert all(pages.make(state.book, TEMPLATES, state.today) for state in states)
    assert told <= {one for state in states for one in addresses.all_pages(state.book)}


# --- Names that want to be more than names ---------------------------------------------------

HOSTILE = [
    "x --> y <!-- z",
    "` `` ``` x",
    "[x](https://example.org) @nobody #1",
    "::error::stop",
    ":::error::",
    "##[error]stop",
    "${{ github.token }}",
    "</details><script>alert(1)</script>",
    "\u202egnp.exe",
    "# heading",
    "a\u2028- b",
    "a | b \\| c \\",
]

LINE = r"(?:#{2,3} [A-Z]|#{4} |- |[A-Z]|$)"
ROW = r"\|(?:(?:\\.|[^|\\])*\|){3}$"
"""A row of three cells, of GitHub's Markdown (4.10)."""


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_stays_a_name(name: str, tmp_path: Path) -> None:
    old = inspect(project(tmp_path / "old"))
    root = project(tmp_path / "new")
    session = root / "data" / "sessions" / "keys.yml"
    session.write_text(
        session.read_text().replace("Keys and their traps", json.dumps(name, ensure_ascii=False))
    )
    evil = root / "data" / "lecturers" / "x\n::error::evil `@nobody`.yml"
    evil.write_text(f"name: {json.dumps(name)}\n{json.dumps(name)}: x\n")
    edition = root / "data" / "editions" / "2031.yml"
    edition.write_text(
        edition.read_text()
        .replace("date: 2031-05-31", f"date: {json.dumps(name)}")
        .replace("key: boat,", f"key: {json.dumps(name)},")
    )

    found = diff.of("0" * 40, old, inspect(root), TEMPLATES)

    text, markdown = diff.text(found), diff.markdown(found)
    for line in [*text.splitlines(), *markdown.splitlines()]:
        assert re.match(ROW if line.startswith("|") else LINE, line), line
    for told in (text, markdown):
        for sign in ("<!--", "-->", "::error", "##[", "${{", "\u202e", "\u2028"):
            assert sign not in told
    outside = outside_of_code(markdown)
    assert not re.search(r"[@<>\[\]`#]", re.sub("^#+ |^- ", "", outside, flags=re.MULTILINE))
    assert json.loads(diff.as_json(found))["changes"]


def test_markdown_fits_into_a_comment(tmp_path: Path) -> None:
    old = inspect(project(tmp_path / "old"))
    root = project(tmp_path / "new")
    for number in range(200):
        fields = "".join(f"f{field}: {'long `words` ' * 40}\n" for field in range(100))
        (root / "data" / "lecturers" / f"l{number}.yml").write_text(f"name: L{number}\n{fields}")
    looking = root / "data" / "sessions" / "looking.yml"
    looking.write_text(looking.read_text() + fields)

    told = diff.markdown(diff.of("", old, inspect(root), TEMPLATES))

    assert len(told) < 65_536
    assert re.search(r"^- and \d+ more$", told, re.MULTILINE)


def outside_of_code(markdown: str) -> str:
    """What is left of Markdown without its code spans (CommonMark, 6.1)."""
    return re.sub(r"(?<!`)(`+)(?!`)(?:(?!\n).)+?(?<!`)\1(?!`)", "", markdown)


# --- From git --------------------------------------------------------------------------------


def git(folder: Path, *arguments: str) -> str:
    person = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.org"]
    allowed = ["-c", "protocol.file.allow=always"]
    done = subprocess.run(
        ["git", *person, *allowed, *arguments],
        cwd=folder,
        env=os.environ | {"GIT_CONFIG_GLOBAL": os.devnull},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The second course, committed, below the top of its repository."""
    top = tmp_path / "repository"
    root = project(top / "course")
    git(top, "init", "-q", "-b", "main")
    git(top, "add", "-A")
    git(top, "commit", "-qm", "The course")
    return root


def move(root: Path) -> None:
    edition = root / "data" / "editions" / "2031.yml"
    edition.write_text(edition.read_text().replace("start: 09:00", "start: 08:30"))


def run(
    root: Path, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, dict[str, Any] | None, str]:
    status = cli.main(["diff", "--root", str(root), "--format", "json", *arguments])
    out, err = capsys.readouterr()
    return status, json.loads(out) if out else None, err


def test_the_working_tree_is_compared_with_the_last_commit(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    move(repository)

    status, found, err = run(repository, capsys)

    assert (status, err) == (FINE, "")
    assert found is not None
    assert found["base"] == git(repository, "rev-parse", "HEAD")
    assert found["changes"] == [
        {
            "kind": "moved",
            "entity": "editions/2031",
            "slot": "looking",
            "field": "/start",
            "old": "09:00",
            "new": "08:30",
            "follows": "",
        }
    ]
    assert found["affected"]["events"] == [
        {"uid": "looking.2031@kuusi.example", "kind": "changed", "edition": "2031",
         "slot": "looking", "title": "Looking slowly"}
    ]  # fmt: skip
    assert git(repository, "status", "--porcelain", "--", "data").startswith("M")


def test_a_branch_is_compared_with_where_it_left_main(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(tmp_path, "clone", "-q", str(repository.parent), "clone")
    root = tmp_path / "clone" / "course"
    git(root, "switch", "-qc", "proposal")
    move(root)
    git(root, "commit", "-qam", "Earlier")
    (repository / "data" / "sessions" / "supper.yml").write_text("title: Dinner\nkind: social\n")
    git(repository, "commit", "-qam", "Meanwhile")
    git(root, "fetch", "-q")

    found = run(root, capsys)[1]

    assert found is not None
    assert [one["slot"] for one in found["changes"]] == ["looking"]


def test_a_shallow_clone_says_what_it_needs(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    move(repository)
    git(repository, "commit", "-qam", "Earlier")
    address = f"file://{repository.parent}"
    git(tmp_path, "clone", "-q", "--depth", "1", address, "shallow")
    root = tmp_path / "shallow" / "course"
    git(root, "update-ref", "-d", "refs/remotes/origin/main")

    status, found, err = run(root, capsys)
    assert (status, found) == (USAGE, None)
    assert err == (
        "handbook: it is not known where this left origin/main; this is a shallow clone: fetch all "
        "of it (git fetch --unshallow origin, or fetch-depth: 0 when checking out)\n"
    )
    assert run(root, capsys, "HEAD~1")[2].startswith(
        'handbook: there is no revision "HEAD~1" in this clone; this is a shallow clone'
    )


@pytest.mark.parametrize("name", ["nothing", "x\n::error::y", "HEAD:data", "a" * 300, "$(id)"])
def test_a_revision_that_is_none_is_told_on_one_line(
    name: str, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, found, err = run(repository, capsys, name)

    assert (status, found) == (USAGE, None)
    assert re.fullmatch(r'handbook: there is no revision ".*" in this clone; name a .*\n', err)


def test_an_option_is_no_revision(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, found, _ = run(repository, capsys, "--", f"--output={tmp_path}/made")

    assert (status, found) == (USAGE, None)
    assert not (tmp_path / "made").exists()


def test_without_git_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = project(tmp_path / "project")

    assert run(root, capsys) == (
        USAGE,
        None,
        "handbook: this is no git repository: a comparison needs the git history\n",
    )


def test_what_a_clone_does_not_hold_is_told(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blob = git(repository, "rev-parse", "HEAD:./data/editions/2031.yml")
    move(repository)
    git(repository, "commit", "-qam", "Moved")
    git(repository, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--filter=blob:none", repository.parent.as_uri(), "partial")
    partial = tmp_path / "partial" / "course"
    git(partial, "remote", "set-url", "origin", str(tmp_path / "gone"))

    (repository.parent / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    assert run(repository, capsys, "HEAD~1") == (
        USAGE,
        None,
        f"handbook: git does not have {blob}\n",
    )
    status, found, err = run(partial, capsys, "HEAD~1")
    assert (status, found, err.count("\n")) == (USAGE, None, 1)
    assert err.startswith("handbook: git ")


def test_links_of_an_old_version_lead_nowhere_else(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = tmp_path / "secret.yml"
    secret.write_text("name: Secret\n")
    lecturers = repository / "data" / "lecturers"
    (lecturers / "out.yml").symlink_to(secret)
    (lecturers / "round.yml").symlink_to("round.yml")
    (lecturers / "same.yml").symlink_to("aino-esimerkki.yml")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "Links")
    for name in ("out.yml", "round.yml", "same.yml"):
        (lecturers / name).unlink()

    status = cli.main(["diff", "--root", str(repository), "--format", "json"])
    out = capsys.readouterr().out

    assert status == FINE
    assert "Secret" not in out
    found = json.loads(out)
    assert [(one["kind"], one["entity"]) for one in found["changes"]] == [
        ("removed", "lecturers/same")
    ]
    assert found["unread"] == ["data/lecturers/out.yml", "data/lecturers/round.yml"]


def test_an_old_version_is_read_as_the_files_were(repository: Path) -> None:
    from handbook.revision import Snapshot  # noqa: PLC0415

    (repository / "data" / "lecturers" / "odd ünd.yaml").write_text("name: x\n")
    (repository / "data" / "sessions" / "big.yml").write_text("x" * 2_000_000)
    (repository / "data" / "course.yml").write_bytes(b"\xff")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "Odd")

    told = inspect(repository, tree=Snapshot(repository, "HEAD", {}))

    assert told.problems == inspect(repository).problems
    assert changes.told(told.book) == changes.told(books.load(repository)[0])

"""A build after a change gives the same bytes as the first build of a fresh copy."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import mkdocs
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rebuilding import CHANGES, SESSION, afresh, built, course, files, replaced, written


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The second course, built once."""
    folder = course(tmp_path / "project")
    built(folder)
    return folder


def differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    return sorted(path for path in {*one, *other} if one.get(path) != other.get(path))


def test_a_warm_build_is_a_clean_build(project: Path, tmp_path: Path) -> None:
    wrong = {}
    for kind, change in CHANGES.items():
        change(project)
        wrong[kind] = differing(built(project), afresh(project, tmp_path / "clean"))

    assert wrong == dict.fromkeys(CHANGES, [])


TEXTS = st.text(st.sampled_from("aå<&*_[]`|:\n #'\"{}%"), max_size=12)
EDITS = st.one_of(
    st.tuples(
        st.just("data/sessions/supper.yml"), st.sampled_from(["Nothing", "to prepare"]), TEXTS
    ),
    st.tuples(st.just("data/sessions/keys.yml"), st.sampled_from(["step", "rock"]), TEXTS),
    st.tuples(st.just("docs/privacy.md"), st.sampled_from(["\n\n", "."]), TEXTS),
)


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(edits=st.lists(EDITS, min_size=2, max_size=4))
def test_any_edits_one_after_another(
    edits: list[tuple[str, str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("edits")
    project = course(folder / "project")
    built(project)
    for file, before, after in edits:
        path = project / file
        path.write_text(path.read_text("utf-8").replace(before, after), encoding="utf-8")
        refused = mkdocs_error(project)

        assert refused or differing(built(project), afresh(project, folder / "clean")) == []


def mkdocs_error(project: Path) -> bool:
    """Whether the data of a project is refused, which leaves nothing to compare."""
    from handbook.compose import inspect  # noqa: PLC0415

    return not inspect(project).sound

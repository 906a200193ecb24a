"""A site changes in one step: builds are killed, stopped and starved at each of them."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import EPOCH, EXAMPLES, assemble, mkdocs, need

from handbook import publication

OLD = "the last good site"


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return assemble(EXAMPLES / "tiny", tmp_path_factory.mktemp("fresh") / "project")


@pytest.fixture
def project(fresh: Path, tmp_path: Path) -> Path:
    """A project with a site that was published before."""
    folder = shutil.copytree(fresh, tmp_path / "project")
    (folder / "site").mkdir()
    (folder / "site" / "index.html").write_text(OLD)
    (folder / "site" / ".nojekyll").write_text("kept")
    return folder


def is_old(site: Path) -> bool:
    return {path.name for path in site.iterdir()} == {"index.html", ".nojekyll"} and (
        (site / "index.html").read_text() == OLD
    )


def is_new(site: Path) -> bool:
    """Whether it is whole: the last file that a build writes is there, and what stays in a site."""
    return (site / "offline.json").is_file() and (site / ".nojekyll").read_text() == "kept"


def left(folder: Path) -> list[Path]:
    return list(folder.glob(".site-*"))


# Python tells what it is about to do (PEP 578); a listener kills it there, or says that the C
# library has no such function.
LISTENER = """
import os, signal, sys
event, part, lacking = os.environ["EVENT"], os.environ["PART"], os.environ.get("LACKING")
def listen(name, words):
    if lacking and name == "ctypes.dlsym" and words[1] == "renameat2":
        raise AttributeError(lacking)
    if name == event and part in " > ".join(map(str, words)):
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(listen)
"""


def killed(project: Path, event: str, part: str, lacking: str = "") -> None:
    listener = project.parent / "listener"
    listener.mkdir()
    (listener / "sitecustomize.py").write_text(LISTENER)
    path = f"{listener}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-q"],
        cwd=project,
        env=os.environ
        | {"PYTHONPATH": path, "EVENT": event, "PART": part, "LACKING": lacking}
        | {"SOURCE_DATE_EPOCH": EPOCH, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.mark.parametrize(
    ("event", "part", "then"),
    [
        pytest.param("tempfile.mkdtemp", ".site-", is_old, id="before the stage"),
        pytest.param("os.rename", "/html/", is_old, id="while pages are kept"),
        pytest.param("os.link", "glossary/index.html", is_old, id="while pages are put there"),
        pytest.param("open", "offline.json > w", is_old, id="before the last file"),
        pytest.param("ctypes.dlsym", "renameat2", is_old, id="before the exchange"),
        pytest.param("os.remove", ".site-", is_new, id="after the exchange"),
        pytest.param("os.rename", "/folders > -1", is_new, id="before folders are put away"),
    ],
)
def test_a_build_that_is_killed_leaves_a_whole_site(
    project: Path, event: str, part: str, then: Callable[[Path], bool]
) -> None:
    killed(project, event, part)

    assert then(project / "site")
    assert mkdocs(project, "--strict").returncode == 0
    assert is_new(project / "site")
    assert left(project) == []


@pytest.mark.parametrize(
    ("part", "then"),
    [
        pytest.param("project/site > ", is_old, id="before the first"),
        pytest.param(" > {}/site", None, id="between the two"),
        pytest.param("-was-site > {}", is_new, id="after the second"),
    ],
)
def test_where_two_renamings_do_it_the_next_build_puts_the_site_back(
    project: Path, part: str, then: Callable[[Path], bool] | None
) -> None:
    killed(project, "os.rename", part.format(project), lacking="no such function")

    if then:
        assert then(project / "site")
    else:
        assert not (project / "site").exists()
        (project / "data" / "course.yml").write_text("")
        assert mkdocs(project).returncode == 1
        assert is_old(project / "site")
    assert len(left(project)) == (0 if then is None else 1)


def test_what_a_running_build_holds_is_left_to_it(tmp_path: Path) -> None:
    theirs = tmp_path / f".site-{os.getppid()}-x"
    theirs.mkdir()
    (tmp_path / ".site-999999999-x").mkdir()
    (tmp_path / ".site-notes-x").mkdir()

    publication.recover(tmp_path / "site")

    assert sorted(left(tmp_path)) == [theirs, tmp_path / ".site-notes-x"]


def test_of_what_nobody_built_only_the_clone_of_a_branch_stays(tmp_path: Path) -> None:
    site = tmp_path / "site"
    (site / ".git" / "refs").mkdir(parents=True)
    (site / ".git" / "refs" / "x").write_text("x")
    (site / ".nojekyll").symlink_to("nowhere")
    (site / ".backup").mkdir()
    (site / ".backup" / "aino.html").write_text("of before")
    (site / ".htaccess").write_text("of before")
    (site / "CNAME").write_text("of before")
    made = publication.stage(site)
    (made / "index.html").write_text("new")

    publication.exchange(made, site)

    assert sorted(path.name for path in site.iterdir()) == [".git", ".nojekyll", "index.html"]
    assert (site / ".git" / "refs" / "x").read_text() == "x"
    assert (site / ".nojekyll").readlink() == Path("nowhere")
    assert (site.stat().st_mode & 0o777, (made / ".git").is_dir()) == (0o755, True)


def test_a_stage_begins_with_the_folders_of_the_old_site(tmp_path: Path) -> None:
    site, folders = tmp_path / "site", tmp_path / "folders"
    for number, names in enumerate((("a/b", "c"), ("a/b", "d"), ("d",))):
        made = publication.stage(site)
        publication.furnish(made, folders)
        for name in names:
            (made / name).mkdir(parents=True, exist_ok=True)
            (made / name / "index.html").write_text(str(number))
        publication.exchange(made, site)
        publication.put_away(made, folders)
    kept = sorted(str(path.relative_to(folders)) for path in folders.rglob("*"))
    told = sorted(str(path.relative_to(site)) for path in site.rglob("*"))

    assert (told, kept) == (["d", "d/index.html"], ["a", "a/b", "d"])
    assert left(tmp_path) == []


@pytest.mark.parametrize("foreign", ["file", "link", "mode"])
def test_folders_that_hold_anything_are_not_used(tmp_path: Path, foreign: str) -> None:
    folders = tmp_path / "folders"
    (folders / "a").mkdir(parents=True)
    if foreign == "file":
        (folders / "a" / "old.html").write_text("of before")
    elif foreign == "link":
        (folders / "a" / "out").symlink_to(tmp_path)
    else:
        (folders / "a").chmod(0o711)

    made = publication.stage(tmp_path / "site")
    publication.furnish(made, folders)

    assert list(made.iterdir()) == []
    assert (made.stat().st_mode & 0o777, tmp_path.exists()) == (0o755, True)


# --- Where nothing can be written ------------------------------------------------------------


def refused(done: subprocess.CompletedProcess[str], words: str) -> bool:
    said = [line for line in done.stderr.splitlines() if not line.startswith("INFO")]
    return done.returncode == 1 and said == [f"Error: {words}; nothing was published."]


def test_a_site_that_is_a_file_is_refused(project: Path) -> None:
    site = project / "site"
    shutil.rmtree(site)
    site.write_text("mine")

    done = mkdocs(project)

    assert refused(done, f"{site}: this is no folder, and a site takes its place"), done.stderr
    assert (site.read_text(), left(project)) == ("mine", [])


@pytest.mark.parametrize("leads", ["elsewhere", "nowhere"])
def test_a_site_that_is_a_link_is_refused(project: Path, leads: str) -> None:
    site = project / "site"
    site.rename(project / "elsewhere")
    site.symlink_to(leads)

    done = mkdocs(project)

    assert refused(done, f"{site}: this is a link, and a site takes its place"), done.stderr
    assert site.readlink() == Path(leads)
    assert is_old(project / "elsewhere")


def test_a_file_that_grows_too_large_is_told_and_nothing_is_published(project: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict"],
        cwd=project,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (90_000, 90_000)),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert done.stderr.endswith(": File too large; nothing was published.\n")
    assert f"Error: {project}/site/assets/stylesheets/main." in done.stderr
    assert is_old(project / "site")
    assert left(project) == []


@pytest.mark.parametrize(
    ("options", "made_ready", "words"),
    [
        ("size=200k", "true", "No space left on device; nothing was published."),
        ("size=2m", "mount -o remount,ro {}", "Read-only file system; nothing was published."),
    ],
)
def test_a_disk_that_is_full_or_read_only_is_told(
    project: Path, tmp_path: Path, options: str, made_ready: str, words: str
) -> None:
    """On a small disk of its own, which only this build sees."""
    unshare = need("unshare", "A disk of its own")
    if subprocess.run([unshare, "-rm", "true"], check=False, capture_output=True).returncode:
        pytest.skip("this machine lets nobody have a disk of its own")
    disk = tmp_path / "disk"
    disk.mkdir()
    script = f"""
        mount -t tmpfs -o {options} none {disk} && cp -a site {disk}/site || exit 9
        {made_ready.format(disk)}
        {sys.executable} -m mkdocs build -d {disk}/site
        echo "exit $?"; ls -A {disk} {disk}/site; cat {disk}/site/index.html
    """

    done = subprocess.run(
        [unshare, "-rm", "sh", "-c", script],
        cwd=project,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout == f"exit 1\n{disk}:\nsite\n\n{disk}/site:\n.nojekyll\nindex.html\n{OLD}"
    assert done.stderr.splitlines()[-1].startswith(f"Error: {disk}/")
    assert done.stderr.endswith(f"{words}\n")
    assert "Traceback" not in done.stderr

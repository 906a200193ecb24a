"""Sheets: HTML that is kept by its digest, and linked into a site."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from handbook.pages import Page
from handbook.sheets import Rack, Sheet, key

HTML = b"<p>Lichens</p>"


def racked(folder: Path) -> tuple[Rack, Sheet]:
    rack = Rack(folder, "frame", folder / "beside")
    sheet = Sheet("key", rack.write(HTML), (), {})
    rack.keep("a.md", sheet)
    rack.save()
    return rack, sheet


def html(folder: Path) -> list[Path]:
    return [path for path in folder.glob("html/*/*") if path.is_file()]


def test_a_sheet_is_found_by_its_key_and_placed_as_a_link(tmp_path: Path) -> None:
    _, sheet = racked(tmp_path / "store")
    again = Rack(tmp_path / "store", "frame", tmp_path)
    target = tmp_path / "site" / "a" / "index.html"

    assert again.find("a.md", "another key") is None
    assert again.find("b.md", "key") is None
    assert again.find("a.md", "key") == sheet
    assert again.place(sheet, str(target))
    assert target.samefile(html(tmp_path / "store")[0])
    assert target.read_bytes() == HTML


def test_a_sheet_of_another_frame_is_not_found(tmp_path: Path) -> None:
    racked(tmp_path)

    assert Rack(tmp_path, "other", tmp_path).find("a.md", "key") is None


@pytest.mark.parametrize("content", [b"", b"<p>Mosses</p>"])
def test_damaged_html_is_noticed_and_thrown_away(tmp_path: Path, content: bytes) -> None:
    rack, sheet = racked(tmp_path / "store")
    html(tmp_path / "store")[0].write_bytes(content)
    target = tmp_path / "a.html"

    assert not rack.place(sheet, str(target))
    assert not target.exists()
    assert Rack(tmp_path / "store", "frame", tmp_path).find("a.md", "key") is None


def test_html_that_is_gone_is_noticed(tmp_path: Path) -> None:
    rack, sheet = racked(tmp_path / "store")
    html(tmp_path / "store")[0].unlink()

    assert not rack.place(sheet, str(tmp_path / "a.html"))


def test_without_a_store_sheets_last_as_long_as_the_process(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    for folder in (None, tmp_path / "file"):
        rack = Rack(folder, "frame", tmp_path / "beside")
        sheet = Sheet("key", rack.write(HTML), (), {})

        assert rack.place(sheet, str(tmp_path / "a.html"))
        assert (tmp_path / "a.html").read_bytes() == HTML


def test_a_page_that_not_everybody_may_read_is_made_anew(tmp_path: Path) -> None:
    rack, sheet = racked(tmp_path / "store")
    html(tmp_path / "store")[0].chmod(0o600)

    assert not rack.place(sheet, str(tmp_path / "a.html"))


def test_tidying_leaves_alone_what_is_not_the_store_s(tmp_path: Path) -> None:
    store, precious = tmp_path / "store", tmp_path / "precious"
    precious.mkdir()
    for number in range(600):
        (precious / f"{number:030x}").write_text("", encoding="utf-8")
    (store / "html").mkdir(parents=True)
    (store / "html" / "zz").symlink_to(precious)
    (store / "html" / ".DS_Store").write_text("", encoding="utf-8")
    racked(store)

    assert len(list(precious.iterdir())) == 600


def test_two_writers_at_once_are_no_harm(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        digests = list(
            threads.map(lambda _: Rack(tmp_path, "frame", tmp_path).write(HTML), range(50))
        )

    assert len(set(digests)) == 1
    assert [path.read_bytes() for path in html(tmp_path)] == [HTML]


def test_html_that_no_page_has_goes_in_time(tmp_path: Path) -> None:
    rack = Rack(tmp_path, "frame", tmp_path)
    for number in range(600):
        rack.write(str(number).encode())
    sheet = Sheet("key", rack.write(HTML), (), {})
    rack.keep("a.md", sheet)
    rack.save()

    assert len(html(tmp_path)) == 404
    assert rack.place(sheet, str(tmp_path / "a.html"))


def test_every_part_of_a_page_is_in_its_key() -> None:
    page = Page("a.md", "A", "text", "data/a.yml", {"views": [{"title": "B"}]})
    others = [
        Page("b.md", "A", "text", "data/a.yml", {"views": [{"title": "B"}]}),
        Page("a.md", "B", "text", "data/a.yml", {"views": [{"title": "B"}]}),
        Page("a.md", "A", "texts", "data/a.yml", {"views": [{"title": "B"}]}),
        Page("a.md", "A", "text", "data/b.yml", {"views": [{"title": "B"}]}),
        Page("a.md", "A", "text", "data/a.yml", {"views": [{"title": "C"}]}),
        Page("a.md", "A", "text", "data/a.yml", {"views": [{"title": "B"}]}, ("x",)),
        Page("a.md", "A", "text", "data/a.yml", {"views": [{"title": "B"}]}, front={"title": "A"}),
    ]
    keys = {key("frame", one, ["note"]) for one in [page, *others]}

    assert len(keys | {key("frame", page, []), key("other", page, ["note"])}) == len(others) + 3

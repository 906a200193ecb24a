"""What Typst wrote, packed: read by two other hands, who find all that was there."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pypdf
import pytest
import typst
from conftest import ROOT

from handbook import packing

PAGES = """
#set document(title: "Two pages")
#set text(font: "Public Sans", lang: "en")
= First <first>
#link("page:second/#å(b)")[On], #link("page:3(b)\\c[]")[on], #link("page:first")[here], #link("https://kuusi.example/")[away].
#pagebreak()
#[#heading[Second]#label("second/#å(b)")]
#[#heading[Third]#label("3(b)\\c[]")]
#link("page:first")[Back].
"""


def made(folder: Path, text: str = PAGES) -> bytes:
    (folder / "main.typ").write_text(text)
    content: bytes = typst.compile(
        folder / "main.typ",
        format="pdf",
        font_paths=[ROOT / "overrides" / "fonts"],
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
    )
    return content


def links(content: bytes) -> list[tuple[str, int | None, str]]:
    """Of every link: its place or address, the page of a place, and what is said of it."""
    reader = pypdf.PdfReader(io.BytesIO(content))
    places = reader.named_destinations
    found: list[tuple[str, int | None, str]] = []
    for page in reader.pages:
        for one in page.get("/Annots", []):
            link = one.get_object()
            said = str(link["/Contents"])
            if "/Dest" in link:
                number = reader.get_destination_page_number(places[link["/Dest"]])
                name = str(link["/Dest"]).encode("latin-1").decode()  # it is bytes, of no encoding
                found.append((name, number, said))
            else:
                found.append((str(link["/A"]["/URI"]), None, said))
    return found


def test_inner_links_lead_to_places_and_others_where_they_led(tmp_path: Path) -> None:
    assert links(packing.packed(made(tmp_path))) == [
        ("second/#å(b)", 1, "page 2"),
        ("3(b)\\c[]", 1, "page 2"),
        ("first", 0, "page 1"),
        ("https://kuusi.example/", None, "https://kuusi.example/"),
        ("first", 0, "page 1"),
    ]


def test_all_objects_are_there_in_few_streams(tmp_path: Path) -> None:
    pages = "".join(f"= Page {number}\n#lorem(200)\n" for number in range(60))
    content = made(tmp_path, f'#set document(title: "Long")\n{pages}')
    packed = packing.packed(content)

    assert len(packed) < len(content)
    with pikepdf.open(io.BytesIO(content)) as before, pikepdf.open(io.BytesIO(packed)) as after:
        assert after.check_pdf_syntax() == []
        assert [str(page.Contents.read_bytes()) for page in after.pages] == [
            str(page.Contents.read_bytes()) for page in before.pages
        ]
        known = {str(one) for one in after.objects}
        assert {str(one) for one in before.objects} <= known
        assert len(after.objects) - len(before.objects) <= len(before.objects) / 200 + 2


def test_a_link_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    content = made(tmp_path, PAGES.replace("= First <first>", "= First"))

    with pytest.raises(packing.PackingError, match="no place in it is named first"):
        packing.packed(content)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\nxref\n", b"no PDF"])
def test_what_is_no_pdf_is_told(content: bytes) -> None:
    with pytest.raises(packing.PackingError, match="no table of its objects"):
        packing.packed(content)

"""Rare Han characters and Mongolian script are glyphs in the PDF and letters in its text; what is lacking is named."""

from __future__ import annotations

import datetime as dt
import unicodedata
from decimal import Decimal
from pathlib import Path

import pypdf
import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from changes import perform
from notices.kinds import write
from notices.models import Notice
from reporting import making, runs
from reporting.document import (
    Bar,
    BarChart,
    Column,
    ColumnChart,
    Document,
    Facts,
    Figure,
    Figures,
    Note,
    Paragraph,
    Section,
    Table,
)
from reporting.glyphs import leaves_a_mark, library
from reporting.renderers import RENDERERS
from tests.factories.members import PersonFactory, make_officer
from tests.reporting.kinds import content_of, document
from tests.reporting.world import YEAR, make_final, make_round

NAME = "内蒙古大学𠮷𬭎䶮㛃·ᠮᠣᠩᠭᠣᠯ"
BLOCKS = [(0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAD9), (0x20000, 0x2EBE0), (0x2F800, 0x2FA1D)]
BLOCKS += [(0x30000, 0x3134A), (0x1800, 0x18AA)]
TOO_NEW = {0x9FFD, 0x9FFE, 0x9FFF, 0x2A6DE, 0x2A6DF, *range(0x2B735, 0x2B73A)}
"""Came into Unicode after Extension G."""
EVERY_PLACE = {
    "title": lambda text: {"title": text},
    "subtitle": lambda text: {"subtitle": text},
    "publisher": lambda text: {"publisher": text},
    "notice": lambda text: {"notice": text},
    "seal": lambda text: {"seal": text},
    "cover label": lambda text: {"facts": (Figure(text, "x"),)},
    "cover value": lambda text: {"facts": (Figure("x", text),)},
    "chapter": lambda text: {"sections": (Section(text, (Note("x"),)),)},
    "contents": lambda text: {"sections": tuple(Section(text, ()) for _ in range(5))},
    "paragraph": lambda text: block(Paragraph(text)),
    "note": lambda text: block(Note(text)),
    "figure": lambda text: block(Figures((Figure("x", text),))),
    "figure label": lambda text: block(Figures((Figure(text, "x", unit=text, note=text),))),
    "fact": lambda text: block(Facts((Figure(text, text, unit=text, note=text),))),
    "caption": lambda text: block(Table(text, (Column("x"),), (("x",),))),
    "heading": lambda text: block(Table("x", (Column(text),), (("x",),))),
    "cell": lambda text: block(Table("x", (Column("x"),), ((text,),))),
    "level": lambda text: block(Table("x", (Column("x"),), ((text,), (text,)), levels=(1, 2))),
    "total": lambda text: block(Table("x", (Column("x"),), (("x",),), total=(text,))),
    "column": lambda text: block(ColumnChart(text, (Bar(text, (Decimal(1),), text),), "x")),
    "bar": lambda text: block(
        BarChart(text, (text, text), (Bar(text, (Decimal(1), Decimal(2)), text),), "x")
    ),
}


def block(part) -> dict[str, object]:
    """A document of one block."""
    return {"sections": (Section("x", (part,)),)}


def made(tmp_path, **changes) -> tuple[pypdf.PdfReader, tuple]:
    """A report with little in it, and what it says it could not print."""
    plain = Document("x", "x", "zh-hans", "x", dt.datetime(2025, 1, 2, tzinfo=dt.UTC), (Section("x", ()),))
    path = tmp_path / "x.pdf"
    with translation.override("zh-hans"):
        missing = RENDERERS["pdf"].render(
            Document(**{**plain.__dict__, **changes}), path, lambda done, total: None
        )
    return pypdf.PdfReader(path), missing


def text_of(reader) -> str:
    """The text layer without blanks."""
    return "".join("".join(page.extract_text().split()) for page in reader.pages)


def boxes(reader) -> int:
    """How many empty boxes are drawn: glyph 0 of whatever font is in use."""
    count = 0
    for page in reader.pages:
        for operands, operator in page.get_contents().operations:
            if operator in {b"Tj", b"TJ"}:
                parts = operands[0] if operator == b"TJ" else operands
                for part in parts:
                    raw = getattr(part, "original_bytes", b"")
                    count += sum(raw[at : at + 2] == b"\0\0" for at in range(0, len(raw), 2))
    return count


@pytest.mark.parametrize("place", EVERY_PLACE)
def test_a_bilingual_name_is_printed_everywhere(tmp_path, place):
    """Each kind of text holds the whole name: in the text layer, with a glyph for each letter."""
    reader, missing = made(tmp_path, **EVERY_PLACE[place](NAME))
    assert missing == ()
    assert NAME in text_of(reader)
    assert boxes(reader) == 0


def test_our_fonts_reach_to_extension_g():
    """All Han characters to Extension G and all Mongolian letters have a glyph."""
    fonts = library(Path(settings.FONT_DIR))
    every = [chr(code) for begin, end in BLOCKS for code in range(begin, end + 1)]
    assigned = [each for each in every if unicodedata.category(each) != "Cn"]
    lacking = {ord(glyph["character"]) for glyph in fonts.choose(assigned).missing}
    assert lacking <= TOO_NEW
    assert len(assigned) > 94_000


@pytest.mark.parametrize(
    ("text", "families"),
    [
        ("内蒙古 Abc 1.5", ("Noto Sans SC",)),
        ("Өвөр Монгол H₂O", ("Noto Sans SC", "Noto Sans")),
        ("𠮷", ("Noto Sans SC", "HanaMinB 20800")),
        ("𰻞", ("Noto Sans SC",)),
        ("𰀀", ("Noto Sans SC", "KaiXinSongB 30000")),
        ("ᠮᠣᠩᠭᠣᠯ", ("Noto Sans SC", "Noto Sans Mongolian")),
        ("", ("Noto Sans SC",)),
    ],
)
def test_only_the_fonts_that_a_text_needs(text, families):
    """An ordinary report is set in one family; further ones come with what they are needed for."""
    assert library(Path(settings.FONT_DIR)).choose([text]).families == families


def test_marks_and_selectors_are_no_gaps(tmp_path):
    """Marks of direction, joiners and variation selectors neither stop the report nor count as missing."""
    marks = "甲\u202e乙\u202c\u2066丙\u2069\u200d\u200b\ufeff\u00ad\u2003"
    text = f"{marks}葛\U000e0100⚠\ufe0fᠳ᠋ᠡ\u202fᠶᠢᠨ\u180eᠠ\u180c\u180d"
    reader, missing = made(tmp_path, title=text, **block(Paragraph(text)))
    assert missing == ()
    assert "ᠶᠢᠨ" in text_of(reader)
    assert not any(leaves_a_mark(each) for each in "\u202e\u2066\u200d\u180b\u180e\ufe0f\U000e0100\n\t ")


def test_missing_characters_are_named_and_the_file_is_made(tmp_path):
    """Each is named once, with its code and the words around it, wherever in the document it stands."""
    cells = Table(
        "x", (Column("x"),), (("阿尔山地质公园环境监测中心实验室的仪器😀，存放于二号楼三层的东侧房间",),)
    )
    reader, missing = made(tmp_path, title="内\ue000\u202e古", **block(cells))
    assert missing == (
        {"character": "\ue000", "code": "U+E000", "text": "内\ue000古"},
        {
            "character": "😀",
            "code": "U+1F600",
            "text": "…环境监测中心实验室的仪器😀，存放于二号楼三层的东侧…",
        },
    )
    assert boxes(reader) > 0
    assert "存放于二号楼" in text_of(reader)


def test_no_fonts_of_our_own(settings, tmp_path):
    """Where the fonts are not set up the system's serve; nothing is claimed about them."""
    settings.FONT_DIR = tmp_path / "none"
    settings.FONT_DIR.mkdir()
    assert library(settings.FONT_DIR) is None
    reader, missing = made(tmp_path, title="试验😀")
    assert missing == ()
    assert len(reader.pages) == 2


@pytest.mark.django_db
@pytest.mark.parametrize(("ending", "gaps"), [("pdf", True), ("xlsx", False), ("csv", False)])
def test_who_asked_is_told(client, use_kind, silent_bell, ending, gaps):
    """The run keeps what was missing; its page and the notice name it. Other formats bring no fonts."""
    use_kind(build=lambda parameters, step: document(title="内蒙古😀<i>大学"))
    person = PersonFactory(language="en")
    client.force_login(person)
    run = perform(person, runs.request_run, "trial", {"number": 7, "format": ending}, language="en")
    assert making.make(run.pk)
    run.refresh_from_db()
    expected = [{"character": "😀", "code": "U+1F600", "text": "内蒙古😀<i>大学"}] if gaps else []
    assert (run.state, run.missing_glyphs) == ("done", expected)
    page = client.get(
        reverse("reporting:run", args=[run.pk]), headers={"accept-language": "en"}
    ).content.decode()
    assert ("😀 (U+1F600) in “内蒙古😀&lt;i&gt;大学”" in page) is gaps
    assert reverse("reporting:file", args=[run.pk]) in page
    notice = Notice.objects.get()
    assert notice.kind == ("report_done_with_gaps" if gaps else "report_done")
    with translation.override("en"):
        body = write(notice.kind, notice.context, "en").body
    assert ("These characters could not be printed: 😀 (U+1F600)." in body) is gaps


@pytest.mark.django_db
def test_score_card_of_a_unit_with_a_bilingual_name(silent_bell):
    """A real report of such a unit: the name on the cover and below, and a file name that keeps it."""
    officer = make_officer()
    make_final(make_round(officer, U5=NAME), officer)
    run = perform(
        officer, runs.request_run, "unit_score_card", {"year": YEAR, "unit": "U5"}, language="zh-hans"
    )
    assert making.make(run.pk)
    run.refresh_from_db()
    assert (run.state, run.missing_glyphs) == ("done", [])
    reader = pypdf.PdfReader(content_of(run))
    assert NAME in "".join(reader.pages[0].extract_text().split())
    assert NAME in run.file_name
    assert boxes(reader) == 0

"""Each renderer: exact figures read back, Chinese text, nothing taken for markup or formula."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from decimal import Decimal

import openpyxl
import pypdf
import pytest
from django.utils import translation

from display import formats
from reporting.document import Column, Kind, Paragraph, Section, Table
from reporting.renderers import RENDERERS
from reporting.renderers.csv_file import harmless
from reporting.wording import written
from tests.reporting.kinds import EVIL, MARKUP, ROWS, document


def rendered(ending, tmp_path, doc=None):
    """Render into a file and return its path."""
    path = tmp_path / f"x.{ending}"
    with translation.override("zh-hans"):
        RENDERERS[ending].render(doc or document(), path, lambda done, total: None)
    return path


def test_csv_bytes(tmp_path):
    """Byte-order mark, plain numbers, ISO days, harmless texts."""
    content = rendered("csv", tmp_path).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert rows == [
        ["单位", "名次", "机时", "'+金额", "率", "日"],
        ["第一研究所", "1", "1234.50", "9999999.01", "0.8125", "2024-02-29"],
        [f"'{EVIL}", "2", "0.00", "-0.05", "", ""],
        [MARKUP, "3", "0.01", "1.10", "1", "2025-12-31"],
    ]


HIDDEN = (
    " ", "\u00a0", "\u00ad", "\u034f", "\u115f", "\u180b", "\u180e", "\u200b", "\u200d", "\u200f", "\u202e", "\u2060",
    "\u2066", "\u3000", "\u3164", "\ufe0f", "\ufeff", "\x00", "\x1f", "\x7f", "\U000e0020", "; ", ";", "|", ",",
)  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["=1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "＝1", "　＋1", "\n1"]
    + [f"{hidden}{sign}1" for hidden in HIDDEN for sign in "=+-@＝＋－＠"],
)
def test_harmless_when_a_formula(text):
    """Every way to begin a formula is quoted, full-width signs included."""
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=1", "内蒙古", "1-2", " a", ";", " ", "\u200b", "；甲=1", "\u200b内"])
def test_harmless_when_plain(text):
    """Plain texts stay."""
    assert harmless(text) == text


def test_xlsx_cells_are_typed(tmp_path):
    """Numbers and dates are real, exact and formatted; texts are texts; the head is frozen."""
    path = rendered("xlsx", tmp_path)
    book = openpyxl.load_workbook(path)
    sheet = book[book.sheetnames[1]]
    assert sheet.title == "全部 明细"
    assert sheet.freeze_panes == "B2"
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert rows[0] == ["第一研究所", 1, 1234.5, 9999999.01, 0.8125, dt.datetime(2024, 2, 29)]
    assert [row[0] for row in rows] == ["第一研究所", EVIL, MARKUP, "合计"]
    assert rows[3][3] == 10000000.06
    assert sheet["C2"].number_format == "#,##0.00"
    assert sheet["D2"].number_format == '"¥"#,##0.00'
    assert sheet["E2"].number_format == "0.00%"
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}
    with zipfile.ZipFile(path) as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist())


def test_xlsx_sheet_names_are_told_apart(tmp_path):
    """Two tables of one long name get two sheets."""
    table = Table("很长的表名" * 10, (Column("甲"),), (("乙",),))
    book = openpyxl.load_workbook(
        rendered("xlsx", tmp_path, document(sections=(Section("节", (table, table)),)))
    )
    assert len(book.sheetnames) == 3
    assert all(len(name) <= 31 for name in book.sheetnames)


def test_pdf_says_what_the_document_says(tmp_path):
    """Figures and Chinese stand in the text; markup stays text; the notice stands on every page."""
    reader = pypdf.PdfReader(rendered("pdf", tmp_path))
    pages = [page.extract_text() for page in reader.pages]
    text = "".join("\n".join(pages).split())
    for part in (
        "试验报告",
        "第一研究所",
        "¥9,999,999.01",
        "81.25%",
        "1,234.50",
        "−¥0.05",
        "2024-02-29",
        "694.30",
    ):
        assert part in text, part
    assert "".join(MARKUP.split()) in text
    assert all("演示数据，均为虚构" in "".join(page.split()) for page in pages)
    assert reader.metadata.title == "试验报告"
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert fonts
    assert all("NotoSans" in font for font in fonts)


def test_pdf_is_the_same_each_time(tmp_path):
    """The same document gives the same bytes, so that a hash means something."""
    assert rendered("pdf", tmp_path).read_bytes() == rendered("pdf", tmp_path).read_bytes()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_wording_is_that_of_the_pages(language):
    """The rooms may not know each other, but write alike."""
    moment = dt.datetime(2026, 11, 25, 6, 0, tzinfo=dt.UTC)
    number = ROWS[0][3]
    assert written(number, Kind.MONEY, language) == formats.money(number)
    assert written(-number, Kind.MONEY, language) == formats.money(-number)
    assert written(number, Kind.HOURS, language) == formats.hours(number, 2)
    assert written(ROWS[0][4], Kind.PERCENT, language) == formats.percent(ROWS[0][4], 2)
    assert written(moment, Kind.MOMENT, language) == formats.local_datetime(moment, language)
    assert written(moment.date(), Kind.DATE, language) == formats.local_date(moment.date(), language)
    assert written(None, Kind.MONEY, language) == formats.money(None)


def test_a_document_without_rows_is_no_csv(tmp_path):
    """A programmer's mistake: a kind of report that offers CSV has a table for it."""
    bare = document(sections=(Section("概述", (Paragraph("没有表"),)),))
    with pytest.raises(ValueError, match="has no table for CSV"):
        rendered("csv", tmp_path, bare)
    assert not (tmp_path / "x.csv").exists()


def test_an_empty_table_has_its_head_and_its_sums(tmp_path):
    """No filter stands over no rows."""
    columns = (Column("单位"), Column("金额", Kind.MONEY))
    table = Table("空", columns, (), total=("合计", Decimal("0.00")))
    path = rendered("xlsx", tmp_path, document(sections=(Section("表", (table,)),)))
    book = openpyxl.load_workbook(path)
    sheet = book[book.sheetnames[-1]]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [["单位", "金额"], ["合计", 0]]
    assert sheet.auto_filter.ref is None


@pytest.mark.parametrize(
    ("value", "kind", "mistake"),
    [
        (dt.datetime(2026, 3, 4, 10, 0), Kind.TEXT, "without a time zone"),
        ("many", Kind.HOURS, "'many' is no number"),
    ],
)
def test_what_cannot_be_written_is_a_mistake(value, kind, mistake):
    """Nothing is guessed."""
    with pytest.raises(TypeError, match=mistake):
        written(value, kind, "en")

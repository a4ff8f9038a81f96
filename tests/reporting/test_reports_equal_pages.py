"""The figures of the three reports are those of the pages, to the last digit: both are fetched as people do."""

from __future__ import annotations

import io
from decimal import Decimal
from html.parser import HTMLParser

import openpyxl
import pypdf
import pytest
from django.test import Client
from django.urls import reverse

from changes import perform
from members.models import MemberUnit
from reporting import making, runs
from tests.factories.instruments import InstrumentFactory, UsageRecordFactory
from tests.factories.members import make_manager, make_officer
from tests.reporting.world import YEAR, make_final, make_round

pytestmark = pytest.mark.django_db
TWO = Decimal("0.01")


class Cells(HTMLParser):
    """The tables of a page: for each row the texts of its cells, and the words of definition lists."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.terms: dict[str, str] = {}
        self._into: str = ""
        self._term = ""

    def handle_starttag(self, tag, attrs) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"}:
            self.rows[-1].append("")
            self._into = "cell"
        elif tag in {"dt", "dd"}:
            self._into = tag
            self._term = "" if tag == "dt" else self._term

    def handle_endtag(self, tag) -> None:
        if tag in {"td", "th", "dt", "dd"}:
            self._into = ""

    def handle_data(self, data) -> None:
        if self._into == "cell":
            self.rows[-1][-1] += data
        elif self._into == "dt":
            self._term += data
        elif self._into == "dd":
            term = self._term.strip()
            self.terms[term] = self.terms.get(term, "") + data


def page(client: Client, path: str) -> Cells:
    """Fetch a page and read its tables."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    cells = Cells()
    cells.feed(answer.content.decode())
    return cells


def download(client: Client, actor, kind: str, parameters: dict) -> io.BytesIO:
    """Ask for a report, let it be made, and download its file."""
    run = perform(actor, runs.request_run, kind, parameters, language="en")
    making.make(run.pk)
    answer = client.get(reverse("reporting:file", args=[run.pk]))
    assert answer.status_code == 200
    return io.BytesIO(b"".join(answer.streaming_content))


def browser(person) -> Client:
    """A browser in English, signed in."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def figure(text: str) -> Decimal:
    """A number as a page writes it: ¥1,234.50, 12.5 h."""
    return Decimal(text.strip().removesuffix(" h").lstrip("¥").replace(",", ""))


def sheet(book, title: str) -> list[list[object]]:
    """The rows of a sheet below its head."""
    return [[cell.value for cell in row] for row in book[title].iter_rows(min_row=2)]


def test_annual_report_equals_the_published_page():
    """Rank, unit, three first-level scores, total and award of every unit, and the sum of the awards."""
    officer = make_officer()
    make_final(make_round(officer), officer)
    client = browser(officer)
    cells = page(client, reverse("evaluations:round", args=[YEAR]))
    shown = {}
    for row in cells.rows:
        # rank, unit with its place, three groups, score, grade, subsidy
        if len(row) == 8 and row[0].strip().isdigit():
            unit = next(
                name
                for name in MemberUnit.objects.values_list("name_en", flat=True)
                if row[1].strip().startswith(name)
            )
            shown[unit] = (int(row[0]), [figure(cell) for cell in row[2:6]], row[7].strip())
    assert len(shown) == 9
    book = openpyxl.load_workbook(
        download(client, officer, "annual_evaluation", {"year": YEAR, "format": "xlsx"})
    )
    printed = {
        str(row[1]): (row[0], [Decimal(str(cell)).quantize(TWO) for cell in row[3:7]])
        for row in sheet(book, "Scores, ranks and grades")[:-1]
    }
    assert printed == {unit: (rank, points) for unit, (rank, points, _award) in shown.items()}
    awards = sheet(book, "Awards to units")
    assert {str(row[0]): Decimal(str(row[5])).quantize(TWO) for row in awards[:-1]} == {
        unit: figure(award.splitlines()[0].removesuffix("at the cap"))
        for unit, (_rank, _points, award) in shown.items()
        if award != "—"
    }
    total = next(row for row in cells.rows if row and row[0].strip().startswith("Total of"))
    assert Decimal(str(awards[-1][5])).quantize(TWO) == figure(total[-1])


def test_score_card_equals_the_unit_page():
    """Every score, full mark and sentence with numbers of the page stands on the card."""
    officer = make_officer()
    make_final(make_round(officer), officer)
    manager = make_manager(MemberUnit.objects.get(code="U5"))
    client = browser(manager)
    rows = [row for row in page(client, reverse("evaluations:unit", args=[YEAR, "U5"])).rows if len(row) == 6]
    file = download(client, manager, "unit_score_card", {"year": YEAR, "unit": "U5"})
    text = "".join("".join(one.extract_text() for one in pypdf.PdfReader(file).pages).split())
    scores = [row[3].split("/")[0].strip() for row in rows[1:]]
    assert len(scores) > 10
    for row in rows[1:]:
        points = row[3].split("/")[0].strip()
        assert points in text, row
    for sentence in ("2,500.55 h ÷ 5 instruments = 500.11 h", "20 × min(1, 500.11 h ÷ 1,000.00 h) = 10.00"):
        assert any(sentence in row[1] for row in rows), sentence
        assert "".join(sentence.split()) in text, sentence


def test_usage_report_equals_the_usage_page():
    """Records, hours, external hours, samples and income of a unit's year: the sums of the list and of the workbook."""
    instrument = InstrumentFactory(code="USE-1")
    manager = make_manager(instrument.unit)
    for number, (hours, kind, income) in enumerate(
        (("1.25", "external", "300.10"), ("2.05", "internal", "0.00"), ("10.71", "external", "99.99"))
    ):
        UsageRecordFactory(
            instrument=instrument,
            record_id=f"U{number}",
            start=f"2025-03-0{number + 1}T01:00:00Z",
            end=f"2025-03-0{number + 1}T13:00:00Z",
            measurement_hours=Decimal(hours),
            user_kind=kind,
            income=Decimal(income),
            samples=3,
        )
    client = browser(manager)
    path = reverse("instruments:usage", args=[instrument.unit.code])
    cells = page(client, f"{path}?first_day=2025-03-01&last_day=2025-03-31")
    parameters = {"unit": instrument.unit.code, "start": "2025-03-01", "end": "2025-04-01", "format": "xlsx"}
    book = openpyxl.load_workbook(download(client, manager, "instrument_usage", parameters))
    total = sheet(book, "Totals per instrument")[-1]
    printed = [Decimal(str(total[column])) for column in (3, 5, 8)]
    assert printed == [Decimal("14.01"), Decimal("11.96"), Decimal("400.09")]
    assert [figure(cells.terms[name]) for name in ("Effective hours", "External hours", "Income")] == printed
    listed = {
        row[0].strip(): (figure(row[3]), figure(row[6]), figure(row[7]))
        for row in cells.rows[1:]
        if len(row) == 9
    }
    records = sheet(book, "Usage records")
    assert {
        str(row[0]): tuple(Decimal(str(row[column])) for column in (6, 11, 12)) for row in records
    } == listed
    assert (len(records), total[2], total[7]) == (3, 3, 9)

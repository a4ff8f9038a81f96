"""The evaluation reports: figures worked by hand, equal to the rows; who may have them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import openpyxl
import pypdf
import pytest
from django.db.models import Sum
from django.test import Client
from django.urls import reverse
from django.utils import translation

from changes import perform
from changes.errors import NotAllowed
from evaluations.results.actions.scoring import score_round
from evaluations.results.models import Award, IndicatorScore, Result
from evaluations.steps.actions.opening import reopen_round
from members.enums import UnitRoleKind
from members.models import MemberUnit
from reporting import making, runs
from reporting.errors import InvalidParameters, ReportError
from reporting.models import ReportRun
from reporting.registry import kind_of
from tests.factories.members import PersonFactory, UnitRoleFactory, make_expert, make_manager, make_officer
from tests.reporting.kinds import content_of
from tests.reporting.world import BUDGET, YEAR, make_final, make_round

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    """A department officer."""
    return make_officer()


@pytest.fixture
def final(officer):
    """The final round of 2024."""
    return make_final(make_round(officer), officer)


def made(kind, parameters, actor, language="zh-hans") -> ReportRun:
    """Ask for a report and make it."""
    run = perform(actor, runs.request_run, kind, parameters, language=language)
    making.make(run.pk)
    run.refresh_from_db()
    assert run.state == "done", run.error
    return run


def sheet_rows(book, title):
    """All rows of a sheet without its head."""
    return [[cell.value for cell in row] for row in book[title].iter_rows(min_row=2)]


def test_annual_workbook_holds_the_exact_figures(final, officer):
    """Ranks, scores, sums and awards are those of the rows, and the sums are worked by hand."""
    run = made("annual_evaluation", {"year": YEAR, "format": "xlsx"}, officer, "en")
    book = openpyxl.load_workbook(content_of(run))
    ranking = sheet_rows(book, "Scores, ranks and grades")
    results = list(Result.objects.filter(round=final).order_by("rank").select_related("unit"))
    assert [(row[0], row[1], Decimal(str(row[-2]))) for row in ranking[:-1]] == [
        (r.rank, r.unit.name_en, r.score) for r in results
    ]
    for row, result in zip(ranking, results, strict=False):
        groups = IndicatorScore.objects.filter(result=result, parent="").order_by("position")
        assert [Decimal(str(v)) for v in row[3:6]] == list(groups.values_list("points", flat=True))

    awards = sheet_rows(book, "Awards to units")
    stored = Award.objects.filter(round=final, amount__gt=0)
    total = sum((award.amount for award in stored), Decimal(0))
    assert [Decimal(str(row[5])) for row in awards[:-1]] == sorted((a.amount for a in stored), reverse=True)
    assert sum(Decimal(str(row[5])) for row in awards[:-1]) == Decimal(str(awards[-1][5])) == total
    assert total <= BUDGET

    # Unit k has k instruments of 100 k + 0.11 h: the sum is 100 × (1² + … + 9²) + 45 × 0.11 = 28,504.95 h.
    units = sheet_rows(book, "Figures by unit")
    assert units[-1][:4] == ["Total", 45, 28504.95, 14252.25]
    assert Decimal(str(units[-1][5])) == Decimal("633.44")  # 28,504.95 ÷ 45 = 633.443…
    ninth = next(row for row in units if row[0] == "Institute 9")
    assert ninth[1:4] == [9, 8100.99, 4050.45]
    assert len(sheet_rows(book, "Instruments")) == 45


def test_annual_pdf_in_chinese(final, officer):
    """The document says the same in Chinese, with method, digest and page numbers."""
    run = made("annual_evaluation", {"year": YEAR}, officer)
    assert run.content_type == "application/pdf"
    reader = pypdf.PdfReader(content_of(run))
    text = "".join("".join(page.extract_text() for page in reader.pages).split())
    assert run.size > 20_000
    for part in (
        "28,504.95",
        "633.44",
        "¥8,000,000.01",
        "第9研究所",
        "呼和浩特市",
        "台均有效机时",
        final.digest,
    ):
        assert part in text, part
    best = Result.objects.get(round=final, rank=1)
    assert f"{best.score}" in text
    with translation.override("zh-hans"):
        assert best.get_grade_display() in text


def test_annual_when_results_are_only_proposed(officer):
    """Before publicity the officer already gets the report; the state is written on it."""
    make_round(officer)
    run = made("annual_evaluation", {"year": YEAR, "format": "pdf"}, officer, "en")
    text = "".join(page.extract_text() for page in pypdf.PdfReader(content_of(run)).pages)
    assert "Scored" in text


def test_annual_when_there_is_no_round(officer):
    """A year without results cannot be asked for; a run of it fails with a sentence."""
    with pytest.raises(InvalidParameters) as refused:
        perform(officer, runs.request_run, "annual_evaluation", {"year": 2001})
    assert set(refused.value.fields) == {"year"}
    with pytest.raises(ReportError):
        kind_of("annual_evaluation").build({"year": 2001}, lambda done, total: None)


def test_annual_is_for_officers_alone(final, officer):
    """Manager, expert and researcher can neither ask for it nor have the file."""
    run = made("annual_evaluation", {"year": YEAR}, officer)
    others = [make_manager(MemberUnit.objects.get(code="U9")), make_expert(), PersonFactory()]
    for person in others:
        with pytest.raises(NotAllowed):
            perform(person, runs.request_run, "annual_evaluation", {"year": YEAR})
        assert not runs.may_download(person, run)
    assert runs.may_download(make_officer(), run)


def test_score_card_explains_every_indicator(final):
    """The unit's manager reads each indicator with its rule, its numbers, and the rows behind."""
    unit = MemberUnit.objects.get(code="U5")
    run = made("unit_score_card", {"year": YEAR, "unit": "U5"}, make_manager(unit), "en")
    reader = pypdf.PdfReader(content_of(run))
    text = "".join("".join(page.extract_text() for page in reader.pages).split())
    result = Result.objects.get(round=final, unit=unit)
    assert f"{result.score}" in text
    # 5 instruments of 500.11 h; 20 × min(1, 500.11 ÷ 1,000) = 10.0022 → 10.00.
    assert "2,500.55h÷5instruments=500.11h" in text
    assert "20×min(1,500.11h÷1,000.00h)=10" in text
    for score in IndicatorScore.objects.filter(result=result):
        assert f"{score.points}" in text
    assert text.count("U5-00") == 5


@pytest.mark.parametrize(
    ("kind", "allowed"),
    [(UnitRoleKind.MANAGER, True), (UnitRoleKind.STEWARD, True), (UnitRoleKind.VIEWER, True), (None, False)],
)
def test_score_card_is_for_the_unit_s_people(final, officer, kind, allowed):
    """Anyone with a role in the unit, and the department; nobody of another unit."""
    unit = MemberUnit.objects.get(code="U5")
    run = made("unit_score_card", {"year": YEAR, "unit": "U5"}, officer)
    person = PersonFactory() if kind is None else UnitRoleFactory(unit=unit, kind=kind).person
    assert runs.may_download(person, run) is allowed
    assert not runs.may_download(make_manager(MemberUnit.objects.get(code="U6")), run)
    if allowed:
        assert made("unit_score_card", {"year": YEAR, "unit": "U5"}, person)
    else:
        with pytest.raises(InvalidParameters):
            perform(person, runs.request_run, "unit_score_card", {"year": YEAR, "unit": "U5"})


def test_score_card_before_publicity(officer):
    """Scores that are not public yet are not the unit's to read."""
    make_round(officer)
    manager = make_manager(MemberUnit.objects.get(code="U5"))
    with pytest.raises(NotAllowed):
        perform(manager, runs.request_run, "unit_score_card", {"year": YEAR, "unit": "U5"})


def test_report_made_before_a_step_back_is_not_given_out(officer):
    """Scored, reported, stepped back, scored anew: the old file is withheld and says why; a new one is given."""
    round_ = make_round(officer)
    run = made("annual_evaluation", {"year": YEAR}, officer, "en")
    client = Client(headers={"accept-language": "en"})
    client.force_login(officer)
    path = reverse("reporting:file", args=[run.pk])
    assert b"".join(client.get(path).streaming_content).startswith(b"%PDF")
    round_ = perform(officer, reopen_round, round_, reason="r")
    gone = client.get(path)
    assert (gone.status_code, "has changed since" in gone.content.decode()) == (410, True)
    perform(officer, score_round, round_, now=dt.datetime(2025, 3, 5, tzinfo=dt.UTC))
    assert client.get(path).status_code == 410
    newer = perform(officer, runs.request_again, run)
    making.make(newer.pk)
    given = client.get(reverse("reporting:file", args=[newer.pk]))
    assert b"".join(given.streaming_content).startswith(b"%PDF")


def test_publicity_does_not_make_a_report_stale(officer):
    """The figures stay the same from scoring to the end."""
    round_ = make_round(officer)
    run = made("annual_evaluation", {"year": YEAR}, officer, "en")
    make_final(round_, officer)
    assert runs.has_file(run)


def test_reports_agree_with_the_database(final, officer):
    """What the report adds up in Python is what the database adds up."""
    rows = final.snapshot.rows.aggregate(hours=Sum("effective_hours"), external=Sum("external_hours"))
    assert rows["hours"].quantize(Decimal("0.01")) == Decimal("28504.95")
    assert rows["external"].quantize(Decimal("0.01")) == Decimal("14252.25")

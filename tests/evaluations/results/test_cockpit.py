"""The score as of today: live usage through the round's own arithmetic, what helps most, nothing stored."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from audit.models import Entry
from changes import perform
from changes.errors import NotAllowed
from evaluations.entries.actions import report_value, withdraw_score, withdraw_value
from evaluations.entries.models import GivenScore, ReportedValue
from evaluations.errors import WrongRoundState
from evaluations.results.models import IndicatorScore, Result
from evaluations.results.queries.live import live_rows
from evaluations.results.queries.provisional import earlier_result, provisional
from evaluations.rounds.models import Round
from evaluations.schemes.queries.schemes import definition_of
from evaluations.snapshots.models import SnapshotRow
from instruments.usage.actions.ending import void_usage
from instruments.usage.models import UsageRecord
from members.enums import UnitRoleKind
from tests.evaluations.walking import scored
from tests.factories.evaluations import RoundFactory, add_usage
from tests.factories.instruments import InstrumentFactory
from tests.factories.members import PersonFactory, UnitRoleFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    """The sentences asserted here are English, whatever language an earlier test left active."""
    with translation.override("en"):
        yield


def client_of(person) -> Client:
    """A browser in English, signed in."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def today(story, code: str):
    """Where the unit stands now."""
    unit, definition = story.units[code], definition_of(story.round.scheme)
    rows = live_rows(story.round, unit, definition.scope)
    values = ReportedValue.objects.filter(round=story.round, unit=unit)
    reported = {value.indicator: value.value for value in values}
    earlier = earlier_result(story.round, unit.pk)
    return provisional(story.round, definition, rows, reported, earlier, "en", now=timezone.now())


def last_year(story, code: str, *, effect: str) -> Result:
    """A final result of 2024 with that mean of the judges."""
    before = RoundFactory(year=2024, scheme=story.round.scheme, state="scored", publicity_start="2025-05-12")
    result = Result.objects.create(
        round=before, unit=story.units[code], score=Decimal("71.25"), rank=2, grade="good"
    )
    IndicatorScore.objects.create(
        result=result,
        indicator="effect",
        full=20,
        points=Decimal(effect),
        value=Decimal(effect),
        formula="given",
    )
    Round.objects.filter(pk=before.pk).update(state="publicised")
    before.refresh_from_db()
    return result


@translation.override("en")
def test_score_of_today_worked_by_hand(story):
    """AAA: 160 h ÷ 2 = 80 h → 48.00; 4 tasks → 20.00; effect unseen → 0: 68.00, good, 12.00 short of 80."""
    stand = today(story, "AAA")
    assert (stand.score, stand.grade, stand.better, stand.gap) == (
        Decimal("68.00"),
        "good",
        "excellent",
        Decimal("12.00"),
    )
    assert (stand.above, stand.instruments, stand.judged) == (Decimal("8.00"), 2, True)
    assert [(gain.indicator.code, gain.points, gain.missing) for gain in stand.gains] == [
        ("external", Decimal("12.00"), False)
    ]
    assert stand.gains[0].reason == "Now 80.00 h; from 100.00 h on it brings full points."
    assert stand.weakest is not None
    assert (stand.weakest.indicator.code, stand.weakest.loss) == ("effect", Decimal("20.00"))


def test_missing_reports_come_first(story):
    """CCC: nothing reported (up to 20) stands before external hours (up to 60); both give at most 80."""
    stand = today(story, "CCC")
    assert (stand.score, stand.grade) == (Decimal("0.00"), "fail")
    assert [(gain.indicator.code, gain.points, gain.missing) for gain in stand.gains] == [
        ("tasks", Decimal("20.00"), True),
        ("external", Decimal("60.00"), False),
    ]
    assert stand.first_acts == Decimal("80.00")


def test_new_usage_counts_at_once_and_nothing_is_stored(story):
    """900 h on a machine out of scope change nothing; 90 h on a new one in scope: (160 + 90) ÷ 3 = 83.33 h → 50.00."""
    cheap = InstrumentFactory(unit=story.units["AAA"], code="AAA-3", original_value=Decimal("299999.99"))
    add_usage(cheap, Decimal(900))
    assert today(story, "AAA").score == Decimal("68.00")
    add_usage(InstrumentFactory(unit=story.units["AAA"], code="AAA-4"), Decimal(90))
    assert today(story, "AAA").score == Decimal("70.00")
    assert not Result.objects.exists()
    assert not IndicatorScore.objects.exists()
    assert not SnapshotRow.objects.exists()


@translation.override("en")
def test_score_of_today_equals_the_scored_round_but_for_judgement(story, django_capture_on_commit_callbacks):
    """With last year's 16.50 in the judges' place AAA stands at 84.50, what scoring then gives."""
    last_year(story, "AAA", effect="16.5")
    stand = today(story, "AAA")
    assert (stand.score, stand.assumed) == (Decimal("84.50"), True)
    assert stand.earlier is not None
    assert stand.earlier.result.score == Decimal("71.25")
    line = next(line for line in stand.lines if line.indicator.code == "effect")
    assert (line.assumed, line.points) == (True, Decimal("16.50"))
    assert line.filled == "Not scored yet; 16.50 points are taken over from 2024 until it is."
    scored(story, django_capture_on_commit_callbacks)
    assert story.round.results.get(unit=story.units["AAA"]).score == stand.score


def test_cockpit_page(story):
    """Heading, mark, formula with numbers, link to the rows, last year's strip; the judges' scores stay unseen."""
    last_year(story, "AAA", effect="10")
    body = client_of(story.managers["AAA"]).get(reverse("evaluations:unit", args=[2025, "AAA"]))
    body = body.content.decode()
    for said in (
        "2.00 points short of the line of “Excellent”",  # 48.00 + 20.00 + 10.00 = 78.00
        "provisional",
        "60 × min(1, 80.00 h ÷ 100.00 h) = 48.00",
        "Result of 2024: Good, 71.25 points, rank 2",
        "up to +12.00",
        reverse("evaluations:rows", args=[2025, "AAA", "external"]),
    ):
        assert said in body, said
    assert "16.5" not in body
    rows = client_of(story.managers["AAA"]).get(reverse("evaluations:rows", args=[2025, "AAA", "external"]))
    for said in ("100.00 h", "160.00 h", "Provisional"):
        assert said in rows.content.decode(), said
    entered = client_of(story.managers["AAA"]).get(reverse("evaluations:rows", args=[2025, "AAA", "tasks"]))
    assert entered.status_code == 404


def test_cockpit_queries_do_not_grow_with_instruments(story, django_assert_num_queries):
    """As many queries for 3 instruments as for 9, with usage on each."""
    client = client_of(story.managers["AAA"])
    path = reverse("evaluations:unit", args=[2025, "AAA"])
    client.get(path)
    with django_assert_num_queries(21):
        assert client.get(path).status_code == 200
    for number in range(6):
        add_usage(InstrumentFactory(unit=story.units["AAA"], code=f"AAA-X{number}"), Decimal(10))
    with django_assert_num_queries(21):
        assert client.get(path).status_code == 200


def test_cleared_value_is_withdrawn_and_on_record(story):
    """What the page showed and the manager emptied is gone; the number stays in the history alone."""
    client, path = client_of(story.managers["AAA"]), reverse("evaluations:unit", args=[2025, "AAA"])
    shown = {"initial-tasks": "4", "tasks": "", "initial-evidence:tasks": "", "evidence:tasks": ""}
    assert client.post(path, shown).status_code == 302
    assert not ReportedValue.objects.filter(unit=story.units["AAA"]).exists()
    entry = Entry.objects.get(verb="evaluations.value.withdrawn")
    assert entry.before == {"unit": "AAA", "indicator": "tasks", "value": "4.0000", "evidence": ""}
    assert "is withdrawn and counts as not reported" in client.get(path).content.decode()


def test_page_loaded_before_undoes_nobody_elses_entry(story):
    """CCC's page showed an empty field; meanwhile a value came in: the old page does not take it back."""
    client, path = client_of(story.managers["CCC"]), reverse("evaluations:unit", args=[2025, "CCC"])
    perform(story.managers["CCC"], report_value, story.round, story.units["CCC"], "tasks", Decimal(3))
    assert client.post(path, {"initial-tasks": "", "tasks": ""}).status_code == 302
    assert ReportedValue.objects.get(unit=story.units["CCC"]).value == Decimal("3.0000")
    assert "Nothing was changed." in client.get(path).content.decode()


def test_evidence_without_a_number_is_refused(story):
    """The words are not dropped in silence: the page says what to do, and the value stays."""
    client, path = client_of(story.managers["AAA"]), reverse("evaluations:unit", args=[2025, "AAA"])
    answer = client.post(path, {"initial-tasks": "4", "tasks": "", "evidence:tasks": "四项"})
    assert answer.status_code == 422
    assert "Enter the value this evidence belongs to" in answer.content.decode()
    assert ReportedValue.objects.get(unit=story.units["AAA"]).value == Decimal("4.0000")


def test_cleared_score_is_withdrawn(story):
    """The expert's 18 goes, the officer's 15 stays; a reason without a score is refused."""
    client, path = client_of(story.expert), reverse("evaluations:give", args=[2025])
    answer = client.post(path, {"initial-score:AAA": "18", "score:AAA": "", "note:AAA": "好"})
    assert answer.status_code == 422
    assert "Enter the score this reason belongs to" in answer.content.decode()
    assert GivenScore.objects.filter(unit=story.units["AAA"]).count() == 2
    assert client.post(path, {"initial-score:AAA": "18", "score:AAA": ""}).status_code == 302
    assert GivenScore.objects.get(unit=story.units["AAA"]).value == Decimal("15.0000")
    assert Entry.objects.get(verb="evaluations.score.withdrawn").before["value"] == "18.0000"


def test_withdrawing_asks_for_right_and_state(story, django_capture_on_commit_callbacks):
    """A stranger may not; after scoring nobody; what is not there is no change."""
    unit = story.units["AAA"]
    with pytest.raises(NotAllowed):
        perform(story.managers["BBB"], withdraw_value, story.round, unit, "tasks")
    with pytest.raises(NotAllowed):
        perform(story.managers["AAA"], withdraw_score, story.round, unit, "effect")
    assert not perform(story.managers["AAA"], withdraw_value, story.round, unit, "nothing")
    scored(story, django_capture_on_commit_callbacks)
    with pytest.raises(WrongRoundState):
        perform(story.managers["AAA"], withdraw_value, story.round, unit, "tasks")
    with pytest.raises(WrongRoundState):
        perform(story.officer, withdraw_score, story.round, unit, "effect")
    assert ReportedValue.objects.get(unit=unit).value == Decimal("4.0000")
    assert GivenScore.objects.filter(unit=unit).count() == 2
    assert not Entry.objects.filter(verb__endswith=".withdrawn").exists()


def test_steward_reads_values_as_text(story):
    """No field and no button for who may not report."""
    steward = PersonFactory()
    UnitRoleFactory(person=steward, unit=story.units["AAA"], kind=UnitRoleKind.VIEWER)
    body = client_of(steward).get(reverse("evaluations:unit", args=[2025, "AAA"])).content.decode()
    assert "<dt>Tasks supported</dt><dd>4</dd>" in body
    assert 'name="tasks"' not in body
    assert "Save the values" not in body


def test_the_rows_of_today_are_kept_until_something_of_the_unit_changes(
    story, settings, django_assert_num_queries, django_capture_on_commit_callbacks
):
    """Voiding a record of its own drops them at once; what happens in another unit does not."""
    settings.PAGES_ARE_KEPT = True
    cache.clear()

    def hours():
        rows = live_rows(story.round, story.units["AAA"], definition_of(story.round.scheme).scope)
        return {row.instrument_code: row.external_hours for row in rows}

    def void(code):
        record = UsageRecord.objects.get(instrument__code=code)
        with django_capture_on_commit_callbacks(execute=True):
            perform(story.managers[code[:3]], void_usage, record, reason="twice")

    before = hours()
    assert before["AAA-1"] == Decimal(100)
    void("BBB-1")
    with django_assert_num_queries(0):
        assert hours() == before
    void("AAA-1")
    assert hours() == before | {"AAA-1": Decimal(0)}
    cache.clear()

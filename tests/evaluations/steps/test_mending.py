"""What is wrong in a round is mended where it is wrong: one unit reopened, a window proven, a link drilled down."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from changes import perform
from evaluations.entries.actions import give_score, report_value, withdraw_value
from evaluations.entries.models import ReportedValue
from evaluations.errors import Blocked
from evaluations.results.actions.scoring import score_round
from evaluations.results.models import Result
from evaluations.results.queries.verification import differences
from evaluations.rounds.errors import UnitClosed, UnknownUnit
from evaluations.rounds.models import Round
from evaluations.steps.actions.correction import withdraw_publicity
from evaluations.steps.actions.messages import tell_managers
from evaluations.steps.actions.opening import reopen_round
from evaluations.steps.actions.publication import finalise_round, publicise_round
from instruments.usage.models import UsageRecord
from notices.kinds import write
from notices.models import Notice
from tests.evaluations.walking import (
    AFTER_DEADLINE,
    BEFORE_PUBLICITY,
    DAY_AFTER,
    FRIDAY,
    MONDAY,
    final,
    past_the_guards,
    scored,
)
from tests.factories.evaluations import add_usage
from tests.factories.members import UnitFactory

pytestmark = pytest.mark.django_db
WINDOW = {"first": MONDAY, "last": FRIDAY, "now": BEFORE_PUBLICITY}


def client_of(person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


def test_one_unit_is_corrected_without_reopening_the_others(story, django_capture_on_commit_callbacks):
    round_ = scored(story, django_capture_on_commit_callbacks)
    aaa, bbb = story.units["AAA"], story.units["BBB"]
    perform(story.officer, reopen_round, round_, reason="填错", units=[aaa])
    assert Notice.objects.filter(kind="evaluation_reopened_for").count() == 1
    before = list(ReportedValue.objects.filter(unit=bbb).values())
    for action, who, more in (
        (report_value, story.managers["BBB"], {"key": "tasks", "value": Decimal(3)}),
        (withdraw_value, story.managers["BBB"], {"key": "tasks"}),
        (give_score, story.expert, {"indicator": "effect", "value": Decimal(3)}),
    ):
        with pytest.raises(UnitClosed):
            perform(who, action, round_, bbb, **more)
    assert list(ReportedValue.objects.filter(unit=bbb).values()) == before
    page = client_of(story.managers["BBB"]).get(reverse("evaluations:unit", args=[2025, "BBB"]))
    assert "the values of this one stay as they are" in page.text
    assert 'name="tasks"' not in page.text
    perform(story.managers["AAA"], report_value, round_, aaa, "tasks", Decimal(2))
    again = perform(story.officer, score_round, round_, now=AFTER_DEADLINE)
    assert (again.open_units, again.state) == ([], "scored")
    assert Result.objects.get(unit=aaa).score == Decimal("74.50")


def test_only_judged_units_are_reopened(story, django_capture_on_commit_callbacks):
    round_ = scored(story, django_capture_on_commit_callbacks)
    with pytest.raises(UnknownUnit):
        perform(story.officer, reopen_round, round_, reason="r", units=[UnitFactory.create()])
    assert Round.objects.get().state == "scored"
    perform(story.officer, publicise_round, round_, **WINDOW)
    page = reverse("admin:evaluations_round_act", args=[round_.pk, "withdraw"])
    client = client_of(story.officer)
    sent = {"reason": "r", "back_to": "collecting", "units": [story.units["CCC"].pk]}
    assert client.post(page, sent | {"version": Round.objects.get().version}).status_code == 302
    assert Round.objects.get().open_units == [story.units["CCC"].pk]


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (dt.date(2026, 4, 13), dt.date(2026, 4, 17)),
        (MONDAY, dt.date(2026, 5, 14)),
        (dt.date(2026, 5, 12), FRIDAY),
    ],
)
def test_a_window_that_never_was_is_found_before_and_after_the_seal(
    story, django_capture_on_commit_callbacks, first, last
):
    """Moved past the application: neither final nor a verified round comes of it."""
    round_ = scored(story, django_capture_on_commit_callbacks)
    perform(story.officer, publicise_round, round_, **WINDOW)
    assert differences(Round.objects.get()) == []
    with past_the_guards(round_):
        Round.objects.update(publicity_start=first, publicity_end=last)
    found = {one.field for one in differences(Round.objects.get())}
    wanted = {"publicity_start"} if first != MONDAY else set()
    assert found == wanted | ({"publicity_end"} if last != FRIDAY else set())
    with pytest.raises(Blocked) as refused:
        perform(story.officer, finalise_round, round_, now=DAY_AFTER)
    assert [blocker.code for blocker in refused.value.blockers] == ["differs"]
    assert Round.objects.get().state == "publicised"
    err = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_round", "2025", stderr=err)
    assert f"publicity_{'start' if first != MONDAY else 'end'}" in err.getvalue()


def test_the_link_to_withdrawn_results_answers(story, django_capture_on_commit_callbacks):
    """Not public yet: 404 as for what is not there. Taken back: a page that says so."""
    address = reverse("evaluations:round", args=[2025])
    round_ = scored(story, django_capture_on_commit_callbacks)
    visitor = Client(headers={"accept-language": "en"})
    assert visitor.get(address).status_code == 404
    perform(story.officer, publicise_round, round_, **WINDOW)
    perform(story.officer, withdraw_publicity, round_, reason="r")
    gone = visitor.get(address)
    assert gone.status_code == 410
    assert "The proposed results were withdrawn" in gone.text
    assert "84.50" not in gone.text
    assert visitor.get(reverse("evaluations:round", args=[2024])).status_code == 404


def test_the_drill_ends_at_the_single_record_with_a_count_that_agrees(
    story, django_capture_on_commit_callbacks
):
    """On external hours only records of external users, as they counted when the snapshot was taken."""
    machine = story.instruments["AAA-1"]
    start = dt.datetime(2025, 8, 4, 1, tzinfo=dt.UTC)
    add_usage(machine, Decimal(9), start=start, end=start + dt.timedelta(hours=9), user_kind="internal")
    final(story, django_capture_on_commit_callbacks)
    # Entered after the snapshot: it does not count, so it is not shown.
    later = start + dt.timedelta(days=3)
    add_usage(machine, Decimal(4), start=later, end=later + dt.timedelta(hours=4))
    client = client_of(story.managers["AAA"])
    page = reverse("evaluations:rows", args=[2025, "AAA", "external"])
    shown = client.get(page)
    row = next(one for one in shown.context["measured"].rows if one.row.instrument_code == "AAA-1")
    assert (row.records, row.row.records) == (1, 2)
    opened = client.get(page, {"records": "AAA-1"})
    (record,) = opened.context["records"]
    assert (record.effective_hours, record.user_kind, opened.context["hours"]) == (
        Decimal("100.00"),
        "external",
        row.row.external_hours,
    )
    assert reverse("instruments:usage_record", args=[record.pk]) in opened.text
    assert client.get(page, {"records": "BBB-1"}).status_code == 404


def test_the_drill_of_the_day_counts_alike(story):
    client = client_of(story.managers["AAA"])
    page = reverse("evaluations:rows", args=[2025, "AAA", "external"])
    opened = client.get(page, {"records": "AAA-2"})
    assert [one.effective_hours for one in opened.context["records"]] == [Decimal("60.00")]
    assert UsageRecord.objects.filter(instrument=story.instruments["AAA-2"]).count() == 1


def test_notices_of_two_rounds_of_a_year_tell_them_apart(story, django_capture_on_commit_callbacks):
    single = Round(year=2025, kind="instrument")

    def both(work):
        for round_ in (story.round, single):
            tell_managers(work, round_, "evaluation_final", {})

    perform(story.officer, both)
    mine = Notice.objects.filter(kind="evaluation_final", person=story.managers["AAA"]).order_by("pk")
    with override("en"):
        subjects = [write(one.kind, one.context, "en").subject for one in mine]
    assert [subject.split(" in the ")[1] for subject in subjects] == [
        "evaluation of 2025",
        "evaluation of single instruments in 2025",
    ]

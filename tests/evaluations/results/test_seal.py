"""The end of a round: what the database refuses, what verification sees, what sealing waits for."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from changes import perform
from evaluations.entries.models import GivenScore, ReportedValue
from evaluations.errors import Blocked
from evaluations.results.models import Award, IndicatorScore, Result
from evaluations.results.queries.verification import differences, verification
from evaluations.rounds.blocking import FINALISE
from evaluations.rounds.models import Round
from evaluations.snapshots.models import MetricSnapshot, SnapshotRow
from evaluations.steps.actions.correction import withdraw_publicity
from evaluations.steps.actions.publication import finalise_round, publicise_round
from evaluations.steps.queries.blockers import blockers
from members.actions.units import UnitData, change_unit
from members.errors import InvalidUnit
from members.models import MemberUnit
from safeguards.triggers import install
from tests.evaluations.walking import (
    BEFORE_PUBLICITY,
    DAY_AFTER,
    FRIDAY,
    MONDAY,
    final,
    past_the_guards,
    scored,
)
from tests.factories.evaluations import RoundFactory

pytestmark = pytest.mark.django_db

STATEMENTS = [
    "UPDATE evaluations_round SET budget = 1",
    "UPDATE evaluations_round SET state = 'scored'",
    "DELETE FROM evaluations_round",
    "UPDATE evaluations_result SET score = 99",
    "DELETE FROM evaluations_indicatorscore",
    "UPDATE evaluations_indicatorscore SET points = 0",
    "DELETE FROM evaluations_award",
    "UPDATE evaluations_award SET amount = 1",
    (
        "INSERT INTO evaluations_award (round_id, unit_id, base, performance, amount, weight, capped) "
        "SELECT round_id, unit_id + 1000, 0, 0, 1, 0, capped FROM evaluations_award"
    ),
    "UPDATE evaluations_givenscore SET value = 1",
    "DELETE FROM evaluations_reportedvalue",
    "UPDATE evaluations_snapshotrow SET external_hours = 9",
    "DELETE FROM evaluations_snapshotrow",
    "UPDATE evaluations_metricsnapshot SET digest = 'x'",
    "UPDATE evaluations_scheme SET definition = '{}'",
    (
        "INSERT INTO evaluations_metricsnapshot "
        "(round_id, number, state, requested_by_id, started_at, heartbeat_at, done, total, digest) "
        "SELECT round_id, number + 1, 'running', requested_by_id, started_at, heartbeat_at, 0, 0, '' "
        "FROM evaluations_metricsnapshot"
    ),
]


def test_database_refuses_any_change_after_final(story, django_capture_on_commit_callbacks):
    """Raw SQL past the application meets the triggers."""
    final(story, django_capture_on_commit_callbacks)
    for statement in STATEMENTS:
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert verification(Round.objects.get()).passed


def test_database_refuses_any_change_while_publicised(story, django_capture_on_commit_callbacks):
    """What the public looks at stays as it is, until the publicity is taken back by its own step."""
    scored(story, django_capture_on_commit_callbacks)
    perform(story.officer, publicise_round, story.round, first=MONDAY, last=FRIDAY, now=BEFORE_PUBLICITY)
    for rows, change in (
        (Round.objects, {"budget": 1}),
        (Round.objects, {"publicity_end": MONDAY}),
        (Round.objects, {"state": "final", "budget": 1}),
        (Result.objects, {"score": 99}),
        (Award.objects, {"amount": 1}),
        (IndicatorScore.objects, {"points": 1}),
        (ReportedValue.objects, {"value": 99}),
        (GivenScore.objects, {"value": 1}),
    ):
        with pytest.raises(IntegrityError, match="the results are publicised"), transaction.atomic():
            rows.update(**change)
        if rows is not Round.objects:
            with pytest.raises(IntegrityError, match="the results are publicised"), transaction.atomic():
                rows.all().order_by("pk")._raw_delete(rows.db)
    assert differences(Round.objects.get()) == []
    # The same rows, once the publicity is taken back.
    perform(story.officer, withdraw_publicity, story.round, reason="r")
    assert ReportedValue.objects.update(value=99)


def test_no_row_enters_a_running_snapshot_of_a_final_round(story, django_capture_on_commit_callbacks):
    """Were one left over, it would stay as it is: no row enters, and none moves in from elsewhere."""
    sealed = final(story, django_capture_on_commit_callbacks)
    other = RoundFactory(year=2024, scheme=sealed.scheme)
    theirs = MetricSnapshot.objects.create(round=other, number=1, requested_by=story.officer, state="running")
    with pytest.raises(IntegrityError, match="the round is final"), transaction.atomic():
        MetricSnapshot.objects.filter(pk=theirs.pk).update(round=sealed, number=2)
    drop_guard("metricsnapshot_final_update", "evaluations_metricsnapshot")
    MetricSnapshot.objects.filter(pk=theirs.pk).update(round=sealed, number=2)
    install()
    row = SnapshotRow.objects.filter(snapshot=sealed.snapshot).first()
    row.pk, row.snapshot = None, theirs
    with pytest.raises(IntegrityError, match="the round is final"), transaction.atomic():
        row.save(force_insert=True)


def test_nothing_enters_a_final_round_from_another(story, django_capture_on_commit_callbacks):
    """A row that hangs on another round, or another result, cannot be hung on the final one."""
    sealed = final(story, django_capture_on_commit_callbacks)
    other = RoundFactory(year=2024, scheme=sealed.scheme)
    moved = []
    for model in (Result, Award, ReportedValue, GivenScore):
        row = model.objects.filter(round=sealed).first()
        if model is Result:
            part = IndicatorScore.objects.filter(result=row).first()
        row.pk, row.round = None, other
        row.save(force_insert=True)
        moved.append((row, {"round": sealed}))
    theirs = Result.objects.get(round=other)
    part.pk, part.result = None, theirs
    part.save(force_insert=True)
    moved.append((part, {"result": Result.objects.filter(round=sealed).last()}))
    for row, change in moved:
        with pytest.raises(IntegrityError, match="the round is final"), transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(**change)
    assert verification(Round.objects.get(pk=sealed.pk)).passed


def drop_guard(name: str, table: str) -> None:
    """Take one trigger away, as an intruder with the keys of the database would."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"DROP TRIGGER {name}" if connection.vendor == "sqlite" else f"DROP TRIGGER {name} ON {table}"
        )


@pytest.mark.parametrize(
    ("trigger", "table", "statement", "field"),
    [
        ("award_final_update", "evaluations_award", "UPDATE evaluations_award SET amount = 1", "award"),
        ("result_final_update", "evaluations_result", "UPDATE evaluations_result SET score = 1", "score"),
        (
            "snapshotrow_immutable_update",
            "evaluations_snapshotrow",
            "UPDATE evaluations_snapshotrow SET external_hours = 1",
            "external.points",
        ),
    ],
)
def test_verification_sees_tampering(
    story, django_capture_on_commit_callbacks, trigger, table, statement, field
):
    """With the guard gone a change goes through, and digest, recomputation and command all say so."""
    round_ = final(story, django_capture_on_commit_callbacks)
    out = StringIO()
    call_command("verify_round", "2025", stdout=out)
    assert round_.digest in out.getvalue()
    drop_guard(trigger, table)
    with connection.cursor() as cursor:
        cursor.execute(statement)
    install()
    check = verification(Round.objects.get())
    assert not check.digest_fits
    assert field in {difference.field for difference in check.differences}
    err = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_round", "2025", stdout=StringIO(), stderr=err)
    assert "AAA" in err.getvalue()
    assert "digest" in err.getvalue()


def test_finalise_refuses_results_that_differ(story, django_capture_on_commit_callbacks):
    """Before the end everything is worked out once more."""
    scored(story, django_capture_on_commit_callbacks)
    perform(story.officer, publicise_round, story.round, first=MONDAY, last=FRIDAY, now=BEFORE_PUBLICITY)
    with past_the_guards(story.round):
        Award.objects.filter(unit__code="BBB").update(amount=Decimal("3254.01"))
    assert [(d.place, d.field) for d in differences(story.round)] == [("BBB", "award")]
    with pytest.raises(Blocked) as refused:
        perform(story.officer, finalise_round, story.round, now=DAY_AFTER)
    assert [blocker.code for blocker in refused.value.blockers] == ["differs"]
    assert blockers(story.round, FINALISE, now=DAY_AFTER) == []


@pytest.mark.parametrize(
    ("model", "change", "field"),
    [
        (Award, {"base": 1}, "award.base"),
        (Award, {"performance": 1}, "award.performance"),
        (Award, {"weight": 1}, "award.weight"),
        (Award, {"capped": True}, "award.capped"),
        (IndicatorScore, {"full": 1}, "external.full"),
        (IndicatorScore, {"value": 1}, "external.value"),
        (IndicatorScore, {"formula": "bands"}, "external.formula"),
        (IndicatorScore, {"missing": True}, "external.missing"),
        (IndicatorScore, {"parent": "x"}, "external.parent"),
        (IndicatorScore, {"position": 99}, "external.position"),
        (IndicatorScore, {"inputs": {}}, "external.inputs"),
        (Result, {"grade_reason": {}}, "grade_reason"),
    ],
)
def test_no_stored_field_is_sealed_unlike_worked_out(
    story, django_capture_on_commit_callbacks, model, change, field
):
    """Whatever of a score or an award was written over, the round is not made final."""
    scored(story, django_capture_on_commit_callbacks)
    perform(story.officer, publicise_round, story.round, first=MONDAY, last=FRIDAY, now=BEFORE_PUBLICITY)
    assert differences(story.round) == []
    rows = IndicatorScore.objects.filter(result__unit__code="AAA", indicator="external")
    with past_the_guards(story.round):
        (rows if model is IndicatorScore else model.objects.filter(unit__code="AAA")).update(**change)
    assert [(d.place, d.field) for d in differences(story.round)] == [("AAA", field)]
    with pytest.raises(Blocked):
        perform(story.officer, finalise_round, story.round, now=DAY_AFTER)
    assert Round.objects.get().state == "publicised"


def test_a_snapshot_written_over_is_not_sealed(story, django_capture_on_commit_callbacks):
    """Even where no score changes by it: the user count stands in no indicator of this scheme."""
    scored(story, django_capture_on_commit_callbacks)
    perform(story.officer, publicise_round, story.round, first=MONDAY, last=FRIDAY, now=BEFORE_PUBLICITY)
    drop_guard("snapshotrow_immutable_update", "evaluations_snapshotrow")
    SnapshotRow.objects.filter(instrument_code="AAA-1").update(external_users=77)
    install()
    with pytest.raises(Blocked) as refused:
        perform(story.officer, finalise_round, story.round, now=DAY_AFTER)
    assert [blocker.code for blocker in refused.value.blockers] == ["snapshot_differs"]


def test_the_code_of_a_unit_in_a_snapshot_never_changes(story, django_capture_on_commit_callbacks):
    """The form says so, the database refuses, and a name given past both leaves the seal whole."""
    unit = story.units["BBB"]
    data = UnitData(**{field.name: getattr(unit, field.name) for field in dataclasses.fields(UnitData)})
    renamed = perform(story.officer, change_unit, unit, dataclasses.replace(data, code="BBC"))
    assert renamed.code == "BBC"  # nothing rests on it yet
    perform(story.officer, change_unit, unit, data)
    final(story, django_capture_on_commit_callbacks)
    with pytest.raises(InvalidUnit) as refused:
        perform(story.officer, change_unit, unit, dataclasses.replace(data, code="BBC", name_en="New"))
    assert list(refused.value.fields) == ["code"]
    unit.refresh_from_db()
    assert (unit.code, unit.name_en) == ("BBB", data.name_en)
    perform(story.officer, change_unit, unit, dataclasses.replace(data, name_en="New"))
    with pytest.raises(IntegrityError, match="an evaluation names this unit"), transaction.atomic():
        MemberUnit.objects.filter(pk=unit.pk).update(code="BBC")
    drop_guard("unit_code_kept_update", "members_memberunit")
    MemberUnit.objects.filter(pk=unit.pk).update(code="BBC")
    install()
    check = verification(Round.objects.get())
    assert check.digest_fits
    assert check.passed

"""The end of a round: what the database refuses, what verification sees, what sealing waits for."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from evaluations.actions.publication import finalise_round, publicise_round
from evaluations.errors import Blocked
from evaluations.models import Award, GivenScore, IndicatorScore, ReportedValue, Result, Round
from evaluations.queries.blockers import FINALISE, blockers
from evaluations.queries.verification import differences, verification
from safeguards.triggers import install
from tests.evaluations.steps import BEFORE_PUBLICITY, DAY_AFTER, FRIDAY, MONDAY, final, scored
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
]


def test_database_refuses_any_change_after_final(story, django_capture_on_commit_callbacks):
    """Raw SQL past the application meets the triggers."""
    final(story, django_capture_on_commit_callbacks)
    for statement in STATEMENTS:
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert verification(Round.objects.get()).passed


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
    publicise_round(story.round, actor=story.officer, first=MONDAY, last=FRIDAY, now=BEFORE_PUBLICITY)
    Award.objects.filter(unit__code="BBB").update(amount=Decimal("3254.01"))
    assert [(d.place, d.field) for d in differences(story.round)] == [("BBB", "award")]
    with pytest.raises(Blocked) as refused:
        finalise_round(story.round, actor=story.officer, now=DAY_AFTER)
    assert [blocker.code for blocker in refused.value.blockers] == ["differs"]
    assert blockers(story.round, FINALISE, now=DAY_AFTER) == []

"""The seal covers every field it promises: change one past the guards, and the digest is another."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import F

from evaluations.entries.models import GivenScore, ReportedValue
from evaluations.results.models import Award, IndicatorScore, Result, TieDecision
from evaluations.results.queries import seal
from evaluations.results.queries.seal import round_seal
from evaluations.rounds.models import Round, RoundStep
from evaluations.schemes.models import Scheme
from evaluations.scoring.digest import round_digest
from evaluations.snapshots.models import MetricSnapshot, SnapshotRow, SnapshotUnit
from evaluations.snapshots.queries.digest import ROW_FIELDS, UNIT_FIELDS, WORDS, snapshot_digest
from safeguards.triggers import REGISTER
from tests.evaluations.walking import final, scored
from tests.factories.evaluations import make_story
from tests.factories.instruments import InstrumentFactory
from tests.factories.members import PersonFactory, UnitFactory

pytestmark = pytest.mark.django_db

COLUMNS = {
    Round: [
        "year", "kind", "data_start", "data_end", "budget", "publicity_start", "publicity_end", "collecting_until",
        "scored_at", "publicised_at",
    ],
    Scheme: ["code", "version", "definition", "name_zh", "name_en"],
    SnapshotRow: list(ROW_FIELDS),
    SnapshotUnit: list(UNIT_FIELDS),
    ReportedValue: [
        "unit_id", "instrument_id", "indicator", "value", "reported_by_id", "evidence", "reported_at",
    ],
    GivenScore: [
        "unit_id", "instrument_id", "indicator", "value", "given_by_id", "note", "given_as", "given_at",
    ],
    Result: ["unit_id", "instrument_id", "score", "rank", "grade", "grade_reason"],
    IndicatorScore: [
        "indicator", "position", "parent", "full", "points", "value", "formula", "inputs", "missing",
    ],
    Award: ["unit_id", "base", "performance", "amount", "weight", "capped"],
    RoundStep: ["version", "at", "by_id", "verb", "facts"],
}  # fmt: skip
"""Every column that a seal of format 2 covers."""
LEFT_OUT = {
    Round: {
        "id", "scheme_id", "state", "snapshot_id", "finalised_at", "digest", "version", "open_units",
    },
    Scheme: {"id", "note", "object_kind", "edit", "created_at", "locked_at"},
    SnapshotRow: {"id", "snapshot_id"},
    SnapshotUnit: {"id", "snapshot_id"},
    ReportedValue: {"id", "round_id"},
    GivenScore: {"id", "round_id"},
    Result: {"id", "round_id"},
    IndicatorScore: {"id", "result_id"},
    Award: {"id", "round_id"},
    RoundStep: {"id", "round_id"},
}  # fmt: skip
"""Keys, what follows from the rest, and what changes after the seal."""
FACTORIES = {
    "unit_id": UnitFactory,
    "instrument_id": InstrumentFactory,
    "reported_by_id": PersonFactory,
    "given_by_id": PersonFactory,
    "by_id": PersonFactory,
}
CASES = [(model, column) for model, columns in COLUMNS.items() for column in columns]


@pytest.mark.parametrize("model", COLUMNS)
def test_every_column_is_sealed_or_left_out_by_name(model):
    """A new column makes its author choose."""
    assert {field.attname for field in model._meta.concrete_fields} == {*COLUMNS[model]} | LEFT_OUT[model]


def other(model, column):
    """Another value of the column, that its type and constraints take."""
    if column == "inputs" or column.endswith("reason") or column in {"definition", "facts"}:
        return {"other": "1"}
    field = next(one for one in model._meta.concrete_fields if one.attname == column)
    kind = field.get_internal_type()
    if column == "kind" and model is Round:
        return "instrument"
    if column == "grade":
        return "pass"
    if kind in {"JSONField"}:
        return ["other"]
    if kind in {"CharField", "TextField", "SlugField"}:
        return "other"
    if kind == "BooleanField":
        return None
    if kind == "DateField":
        return dt.date(2001, 2, 3)
    if kind == "DateTimeField":
        return (
            dt.datetime(2001, 2, 3, tzinfo=dt.UTC)
            if column != "data_end"
            else dt.datetime(2041, 2, 3, tzinfo=dt.UTC)
        )
    if kind == "DecimalField":
        return Decimal("7.77")
    if kind == "ForeignKey":
        return "key"
    return 77


@pytest.mark.parametrize(("model", "column"), CASES, ids=lambda value: getattr(value, "__name__", value))
def test_a_change_of_any_sealed_field_is_another_digest(
    story, django_capture_on_commit_callbacks, model, column
):
    final(story, django_capture_on_commit_callbacks)
    sealed = Round.objects.select_related("scheme", "snapshot").get()
    assert round_seal(sealed).total == sealed.digest
    lift_guards()
    rows = model.objects.exclude(verb=seal.FINALISED) if model is RoundStep else model.objects.all()
    row = rows.order_by("pk")[0]
    value = other(model, column)
    if value is None:
        value = not getattr(row, column)
    if value == "key":
        # The key of a row that is there, else the foreign key refuses it at the end.
        value = FACTORIES[column].create().pk
    assert value != getattr(row, column)
    model.objects.filter(pk=row.pk).update(**{column: value})
    assert round_seal(Round.objects.select_related("scheme", "snapshot").get()).total != sealed.digest


def lift_guards():
    """Take every trigger of the evaluation away, as an intruder with the keys of the database would."""
    with connection.cursor() as cursor:
        for guard in REGISTER.values():
            if guard.table.startswith("evaluations_"):
                for part in guard.parts(connection.vendor):
                    on = "" if connection.vendor == "sqlite" else f" ON {guard.table}"
                    cursor.execute(f"DROP TRIGGER IF EXISTS {part}{on}")


@pytest.mark.parametrize("column", ["order", "reason", "decided_by_id"])
def test_the_order_of_equals_is_sealed_whole(tied, column):
    """Who came first, why, and who said so."""
    before = round_seal(tied.round).total
    lift_guards()
    value = {"order": ["X"], "reason": "other", "decided_by_id": tied.expert.pk}[column]
    TieDecision.objects.update(**{column: value})
    assert round_seal(tied.round).total != before


@pytest.fixture
def tied(monkeypatch, django_capture_on_commit_callbacks):
    """A scored round with one decided tie."""
    story = make_story()
    final_but_last(story, django_capture_on_commit_callbacks)
    TieDecision.objects.create(
        round=story.round, order=["AAA", "BBB"], reason="抽签", decided_by=story.officer
    )
    return story


def final_but_last(story, capture):
    """Score, and read the round afresh."""
    scored(story, capture)
    story.round = Round.objects.select_related("scheme", "snapshot").get()


def test_a_round_sealed_by_the_first_release_goes_on_to_verify(story, django_capture_on_commit_callbacks):
    """Format 1 covers figures, values, results and awards, and nothing that was added since."""
    final_but_last(story, django_capture_on_commit_callbacks)
    lift_guards()
    MetricSnapshot.objects.update(format=1)
    old = MetricSnapshot.objects.get()
    digest = snapshot_digest(old)
    MetricSnapshot.objects.update(digest=digest)
    first = round_seal(Round.objects.select_related("scheme", "snapshot").get()).total
    for model, column in [
        *((SnapshotRow, name) for name in ("name_zh", "name_en", "class_code", "class_zh", "class_en")),
        (SnapshotUnit, "name_zh"),
        (SnapshotUnit, "region_zh"),
        (GivenScore, "note"),
        (RoundStep, "verb"),
    ]:
        model.objects.update(**{column: "other"})
    SnapshotRow.objects.update(opening=[1], external_records=F("records"))
    assert {"opening", "external_records"} < WORDS
    assert snapshot_digest(old) == digest
    assert round_seal(Round.objects.select_related("scheme", "snapshot").get()).total == first


def test_the_digest_of_a_fixed_round_is_what_it_always_was():
    """One round written down by hand: whoever changes the seal changes this, and must raise the format."""
    parts = {
        "scheme": {
            "year": 2025,
            "kind": "unit",
            "budget": Decimal("10000.01"),
            "publicity_end": dt.date(2026, 5, 15),
        },
        "snapshot": [
            {"row": {"instrument_code": "AAA-1", "external_hours": Decimal("100.00"), "funding": ["a"]}}
        ],
        "results": [{"unit": 1, "score": Decimal("84.50"), "points": [["external", 0, "", Decimal(60)]]}],
        "awards": [{"unit_id": 1, "amount": Decimal("6746.01"), "capped": False}],
    }
    assert (
        round_digest(**parts, form=1).total
        == "395fedede097ecf2171b283bc578b533115ddbd43c02498e9012df2d1b9e2099"
    )
    assert round_digest(**parts).total == "950f0950a9943544c575c894c19df8d071099c4c99dffaca1e518a4b6fde9ed2"

"""Values entered for a round: what units report, what the department and its experts give."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from changes import Work, record_refusal
from changes.errors import Sentence
from evaluations.entries.enums import JudgeRole
from evaluations.entries.errors import ConflictOfInterest, ScoreNeedsReason, ValueRefused
from evaluations.entries.events import ScoreGiven, ScoreWithdrawn, ValueReported, ValueWithdrawn
from evaluations.entries.models import GivenScore, ReportedValue
from evaluations.entries.permissions import belongs_to
from evaluations.entries.queries.entered import own_scores
from evaluations.enums import ObjectKind, RoundState
from evaluations.errors import WrongRoundState
from evaluations.rounds.errors import UnitClosed
from evaluations.rounds.locks import lock_round
from evaluations.rounds.models import Round
from evaluations.rounds.permissions import UnitInRound
from evaluations.schemes.queries.schemes import definition_of
from evaluations.scoring.definition import GIVEN, Indicator, SchemeDefinition, asked_fields
from evaluations.scoring.functions import (
    ABOVE_SCALE,
    NEGATIVE,
    NOT_AN_OPTION,
    NOT_WHOLE,
    NOT_YES_OR_NO,
    refused_number,
)
from evaluations.scoring.writing import decimal_text
from instruments.inventory.models import Instrument
from members.models import MemberUnit, Person
from members.permissions import require, roles_of

LIMIT = Decimal("1e10")
PLACES = Decimal("0.0001")
REFUSALS: dict[str, Sentence] = {
    NEGATIVE: _("Enter a number of 0 or more."),
    ABOVE_SCALE: _("This is above the scale of the indicator."),
    NOT_YES_OR_NO: _("Enter 1 for yes or 0 for no."),
    NOT_AN_OPTION: _("Choose one of the options of the indicator."),
    NOT_WHOLE: _("Enter a whole number: this counts things."),
}


@dataclass(frozen=True)
class _Entry:
    unit: MemberUnit
    instrument: Instrument | None
    key: str
    value: Decimal
    words: str

    @property
    def place(self) -> dict[str, str]:
        place = {"unit": self.unit.code, "indicator": self.key}
        return place if self.instrument is None else place | {"instrument": self.instrument.code}


def report_value(
    work: Work,
    round_: Round,
    unit: MemberUnit,
    key: str,
    value: Decimal,
    *,
    evidence: str = "",
    instrument: Instrument | None = None,
) -> ReportedValue:
    """Report, or report anew, one number of a unit (or of its instrument) while the round collects.

    `key` is one of `reported_fields`: the indicator's code, or `indicator.part`. Unit managers and officers.
    The same content twice changes nothing. Raises WrongRoundState, ValueRefused.
    """
    held = _collecting(work, round_.pk, "report_value", unit)
    entry = _Entry(unit, instrument, key, value, evidence.strip()[:1000])
    indicator = _asked(held, entry.key)
    _check_object(held, entry)
    _check_number(indicator, entry)
    _check_ratio(held, indicator, entry)
    present = ReportedValue.objects.filter(
        round=held, unit=entry.unit, instrument=entry.instrument, indicator=entry.key
    ).first()
    if present is not None and (present.value, present.evidence) == (entry.value, entry.words):
        return present
    before = None if present is None else {"value": present.value, "evidence": present.evidence}
    row = present or ReportedValue(
        round=held, unit=entry.unit, instrument=entry.instrument, indicator=entry.key
    )
    row.value, row.evidence = entry.value, entry.words
    row.reported_by, row.reported_at = work.actor, work.now
    row.save()
    after = {**entry.place, "value": entry.value, "evidence": entry.words}
    work.emit(ValueReported(target=held, before=before, after=after))
    return row


def withdraw_value(
    work: Work, round_: Round, unit: MemberUnit, key: str, *, instrument: Instrument | None = None
) -> bool:
    """Take a reported number back while the round collects, as if never reported; say whether there was one.

    Unit managers and officers. The number taken back stays on record. Raises WrongRoundState.
    """
    held = _collecting(work, round_.pk, "report_value", unit)
    present = ReportedValue.objects.filter(round=held, unit=unit, instrument=instrument, indicator=key)
    return _withdraw(work, held, present.first())


def values_now(
    work: Work, round_: Round, unit: MemberUnit, *, instrument: Instrument | None = None
) -> dict[str, ReportedValue]:
    """Return what is reported of a unit (or of its instrument) by key; nobody changes it before this change is over.

    For comparing with what a page showed. Unit managers and officers, while the round collects. Raises WrongRoundState.
    """
    held = _collecting(work, round_.pk, "report_value", unit)
    rows = ReportedValue.objects.filter(round=held, unit=unit, instrument=instrument)
    return {row.indicator: row for row in rows.select_related("reported_by")}


def own_scores_now(
    work: Work, round_: Round, indicator: str, unit: MemberUnit | None = None
) -> dict[int, GivenScore]:
    """Return the actor's own scores by unit, or by a unit's instruments; nobody changes them before this is over."""
    return own_scores(lock_round(work, round_.pk), indicator, work.actor, unit)


def withdraw_all_values(work: Work, round_pk: int, unit_pk: int) -> tuple[Round, MemberUnit, list[Person]]:
    """Take back everything a unit has reported in a round that collects; return round, unit, and who had reported.

    A part of an action that has asked for the right. What is taken back stays on record. Raises WrongRoundState.
    """
    held = lock_round(work, round_pk)
    if held.state != RoundState.COLLECTING:
        raise WrongRoundState(held.state, RoundState.COLLECTING)
    rows = ReportedValue.objects.filter(round=held, unit=unit_pk)
    people: dict[int, Person] = {}
    for row in rows.select_related("unit", "instrument", "reported_by").order_by("indicator", "pk"):
        people[row.reported_by_id] = row.reported_by
        _withdraw(work, held, row)
    return held, MemberUnit.objects.get(pk=unit_pk), list(people.values())


def withdraw_score(
    work: Work, round_: Round, unit: MemberUnit, indicator: str, *, instrument: Instrument | None = None
) -> bool:
    """Take one's own score back while the round collects; say whether there was one. Officers and experts.

    The score taken back stays on record. Raises WrongRoundState.
    """
    held = _collecting(work, round_.pk, "give_score", unit)
    present = GivenScore.objects.filter(
        round=held, unit=unit, instrument=instrument, indicator=indicator, given_by=work.actor
    )
    return _withdraw(work, held, present.first())


def _withdraw(work: Work, round_: Round, row: ReportedValue | GivenScore | None) -> bool:
    if row is None:
        return False
    place = _Entry(row.unit, row.instrument, row.indicator, row.value, "").place
    reported = isinstance(row, ReportedValue)
    words = {"evidence": row.evidence} if isinstance(row, ReportedValue) else {"note": row.note}
    row.delete()
    event = ValueWithdrawn if reported else ScoreWithdrawn
    work.emit(event(target=round_, before={**place, "value": row.value, **words}))
    return True


def give_score(
    work: Work,
    round_: Round,
    unit: MemberUnit,
    indicator: str,
    value: Decimal,
    *,
    note: str = "",
    instrument: Instrument | None = None,
) -> GivenScore:
    """Give, or change, one's own score of a unit (or of its instrument) for a `given` indicator while collecting.

    Officers and experts; never for one's own unit. An officer who is no expert says why. Several judges' scores are
    averaged. Raises WrongRoundState, UnitClosed, ValueRefused, ConflictOfInterest, ScoreNeedsReason.
    """
    held = _collecting(work, round_.pk, "give_score", unit)
    if belongs_to(work.actor, unit):
        record_refusal(work.actor, "give_score", unit, app="evaluations", reason="conflict_of_interest")
        raise ConflictOfInterest
    entry = _Entry(unit, instrument, indicator, value, note.strip()[:1000])
    if not entry.words and not roles_of(work.actor).is_expert:
        raise ScoreNeedsReason
    leaf = _given(held, entry.key)
    _check_object(held, entry)
    _check_number(leaf, entry)
    present = GivenScore.objects.filter(
        round=held,
        unit=entry.unit,
        instrument=entry.instrument,
        indicator=entry.key,
        given_by=work.actor,
    ).first()
    if present is not None and (present.value, present.note) == (entry.value, entry.words):
        return present
    before = None if present is None else {"value": present.value, "note": present.note}
    row = present or GivenScore(
        round=held,
        unit=entry.unit,
        instrument=entry.instrument,
        indicator=entry.key,
        given_by=work.actor,
    )
    row.value, row.note, row.given_at = entry.value, entry.words, work.now
    row.given_as = JudgeRole.EXPERT if roles_of(work.actor).is_expert else JudgeRole.OFFICER
    row.save()
    after = {**entry.place, "value": entry.value, "note": entry.words}
    work.emit(ScoreGiven(target=held, before=before, after=after))
    return row


def misfits(round_: Round, definition: SchemeDefinition) -> list[str]:
    """Values entered that this definition would refuse, as "unit: indicator"; what it asks no more is no misfit."""
    asked = {one.field.key: one.indicator for one in asked_fields(definition)}
    given = {leaf.code: leaf for leaf in definition.leaves() if leaf.source == GIVEN}
    rows: list[tuple[Indicator | None, ReportedValue | GivenScore]] = [
        *((asked.get(row.indicator), row) for row in round_.reported_values.select_related("unit")),
        *((given.get(row.indicator), row) for row in round_.given_scores.select_related("unit")),
    ]
    return sorted(
        {
            f"{row.unit.code}: {row.indicator}"
            for indicator, row in rows
            if indicator is not None and refused_number(indicator, row.indicator, row.value)
        }
    )


def _collecting(work: Work, pk: int, verb: str, unit: MemberUnit) -> Round:
    round_ = lock_round(work, pk)
    require(work.actor, verb, UnitInRound(round_, unit))
    if round_.state != RoundState.COLLECTING:
        raise WrongRoundState(round_.state, RoundState.COLLECTING)
    if not round_.is_open_for(unit.pk):
        raise UnitClosed
    return round_


def _asked(round_: Round, key: str) -> Indicator:
    for asked in asked_fields(definition_of(round_.scheme)):
        if asked.field.key == key:
            return asked.indicator
    raise ValueRefused(_("The scheme does not ask units for this value."), field="indicator")


def _given(round_: Round, code: str) -> Indicator:
    for indicator in definition_of(round_.scheme).leaves():
        if indicator.code == code and indicator.source == GIVEN:
            return indicator
    raise ValueRefused(_("The scheme has no such indicator to be scored by hand."), field="indicator")


def _check_object(round_: Round, entry: _Entry) -> None:
    judges_units = round_.kind == ObjectKind.UNIT
    instrument = entry.instrument
    if judges_units and instrument is not None:
        raise ValueRefused(_("This round judges units, not single instruments."), field="instrument")
    if not judges_units and (instrument is None or instrument.unit_id != entry.unit.pk):
        raise ValueRefused(_("Name an instrument of this unit."), field="instrument")


def _check_number(indicator: Indicator, entry: _Entry) -> None:
    """Refuse what the indicator's function would refuse, so that scoring never stumbles over an entry."""
    value = entry.value
    if not value.is_finite() or abs(value) >= LIMIT or value != value.quantize(PLACES):
        raise ValueRefused(_("Enter a number below 10 billion with at most four decimals."))
    reason = refused_number(indicator, entry.key, value)
    if reason:
        raise ValueRefused(REFUSALS[reason])


def _check_ratio(round_: Round, indicator: Indicator, entry: _Entry) -> None:
    """Refuse a number by which the first of a ratio would be more than the second, of which it is a part."""
    if not indicator.at_most_one:
        return
    part, whole = (f"{indicator.code}.{one.code}" for one in indicator.ratio)
    other = whole if entry.key == part else part
    present = ReportedValue.objects.filter(
        round=round_, unit=entry.unit, instrument=entry.instrument, indicator=other
    ).first()
    if present is None:
        return
    numbers = (entry.value, present.value) if entry.key == part else (present.value, entry.value)
    if numbers[0] > numbers[1]:
        raise ValueRefused(
            _("The first number is a part of the second: %(part)s cannot be more than %(whole)s.")
            % {"part": decimal_text(numbers[0]), "whole": decimal_text(numbers[1])}
        )

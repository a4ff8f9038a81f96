"""Actions room: reports a fault, takes it up, ends it."""

from __future__ import annotations

from changes import Work, unchanged
from instruments.booking.errors import RulesBroken
from instruments.booking.queries.bookings import recipients_of
from instruments.booking.rules.requests import station_problems
from instruments.inventory.locks import lock_instrument
from instruments.inventory.models import Instrument
from instruments.terms.errors import BrokenRule, problem
from instruments.upkeep.enums import FaultState, Severity
from instruments.upkeep.errors import WrongFaultState
from instruments.upkeep.events import FaultAcknowledged, FaultEnded, FaultRegraded, FaultReported
from instruments.upkeep.models import Fault, FaultPhoto
from members.models import Person
from members.permissions import require
from notices.wording import both_names, in_both

FAULTS = Fault.objects.select_related("instrument__unit", "reported_by")
MOST_WORDS, MOST_OUTCOME = 1000, 300


def report_fault(
    work: Work,
    instrument: Instrument,
    *,
    severity: str,
    words: str,
    station: int | None = None,
    photo: bytes | None = None,
) -> Fault:
    """Report a fault of an instrument, as somebody who uses or keeps it; its keepers are told.

    `photo` is a JPEG. Raises NotAllowed, RulesBroken; ValueError for no severity.
    """
    instrument, words = lock_instrument(work, instrument.pk), words.strip()
    require(work.actor, "report_fault", instrument)
    problems = station_problems(station, instrument.station_count)
    problems += _words_problems(words, MOST_WORDS)
    if problems:
        raise RulesBroken(problems)
    fault = Fault.objects.create(
        instrument=instrument,
        station=station,
        severity=Severity(severity),
        words=words,
        reported_at=work.now,
        reported_by=work.actor,
    )
    if photo is not None:
        FaultPhoto.objects.create(fault=fault, jpeg=photo)
    _tell(work, recipients_of(instrument, but=work.actor), "fault_reported", fault)
    work.emit(FaultReported(target=fault, after=_facts(fault)))
    return fault


def acknowledge_fault(work: Work, fault: Fault, *, seen: int | None = None) -> Fault:
    """Take a fault up, as a custodian of its instrument; who reported it is told.

    Raises NotAllowed, StaleVersion, WrongFaultState.
    """
    fault = _locked(work, fault, seen)
    if fault.state != FaultState.OPEN:
        raise WrongFaultState
    before = _facts(fault)
    fault.state, fault.acknowledged_at, fault.acknowledged_by = FaultState.ACKNOWLEDGED, work.now, work.actor
    _save(fault, "state", "acknowledged_at", "acknowledged_by")
    _tell(work, _reporter(work, fault), "fault_acknowledged", fault)
    work.emit(FaultAcknowledged(target=fault, before=before, after=_facts(fault)))
    return fault


def regrade_fault(work: Work, fault: Fault, *, severity: str, instrument: Instrument) -> Fault:
    """Say of a fault that stands how grave it is, as a custodian of its instrument; the same again changes nothing.

    Raises NotAllowed, WrongFaultState for one that has ended; ValueError for no severity, or a fault of another one.
    """
    fault = _locked(work, fault, None)
    if fault.instrument_id != instrument.pk:
        raise ValueError("This fault is of another instrument.")
    if not fault.is_standing:
        raise WrongFaultState
    if fault.severity != Severity(severity):
        before = _facts(fault)
        fault.severity = Severity(severity)
        _save(fault, "severity")
        work.emit(FaultRegraded(target=fault, before=before, after=_facts(fault)))
    return fault


def end_fault(work: Work, fault: Fault, *, repaired: bool, outcome: str, seen: int | None = None) -> Fault:
    """End a fault as repaired, or as closed without a repair, and say what was done in 1 to 300 characters.

    A custodian's right; who reported it is told. Raises NotAllowed, StaleVersion, WrongFaultState, RulesBroken.
    """
    fault, outcome = _locked(work, fault, seen), outcome.strip()
    if not fault.is_standing:
        raise WrongFaultState
    if wrong := _words_problems(outcome, MOST_OUTCOME):
        raise RulesBroken(wrong)
    before = _facts(fault)
    fault.state = FaultState.REPAIRED if repaired else FaultState.CLOSED
    fault.ended_at, fault.ended_by, fault.outcome = work.now, work.actor, outcome
    _save(fault, "state", "ended_at", "ended_by", "outcome")
    _tell(work, _reporter(work, fault), "fault_ended", fault)
    work.emit(FaultEnded(target=fault, before=before, after=_facts(fault)))
    return fault


def _locked(work: Work, fault: Fault, seen: int | None) -> Fault:
    fresh = work.lock_one(FAULTS, fault.pk)
    require(work.actor, "handle_fault", fresh)
    unchanged(fresh, seen)
    return fresh


def _save(fault: Fault, *fields: str) -> None:
    fault.version += 1
    fault.save(update_fields=[*fields, "version"])


def _words_problems(words: str, most: int) -> list[BrokenRule]:
    return [] if 1 <= len(words) <= most and "\0" not in words else [problem("words", required=most)]


def _reporter(work: Work, fault: Fault) -> list[Person]:
    return [] if fault.reported_by_id == work.actor.pk else [fault.reported_by]


def _tell(work: Work, people: list[Person], kind: str, fault: Fault) -> None:
    said = {
        "instrument": both_names(fault.instrument),
        "severity": in_both(Severity(fault.severity).label),
        "state": in_both(FaultState(fault.state).label),
        "words": fault.words,
        "outcome": fault.outcome or None,
        "actor": str(work.actor),
    }
    work.tell(people, kind, said, link=f"/faults/{fault.pk}/")


def _facts(fault: Fault) -> dict[str, object]:
    return {
        "instrument": fault.instrument.code,
        "station": fault.station,
        "severity": fault.severity,
        "state": fault.state,
        "outcome": fault.outcome,
    }

"""What the database itself refuses about bookings and usage records, whoever asks."""

from __future__ import annotations

from instruments.booking.enums import HOLDING_STATES
from instruments.booking.rules.booking_states import TRANSITIONS
from instruments.usage.models import UsageRecord
from safeguards.no_overlap import overlap_guard
from safeguards.triggers import Trigger, refusal_trigger

HOLDING = f"""{{row}}."state" IN ({", ".join(f"'{state.value}'" for state in HOLDING_STATES)})"""
BOOKINGS, USAGE = "instruments_booking", "instruments_usagerecord"
STEPS = "instruments_bookingstep"


def guards() -> list[Trigger]:
    """Return them all: no overlap, the walk of a booking's states, and records that stay as they were written."""
    place = ["instrument_id", "station"]
    return [
        overlap_guard(name="booking_no_overlap", table=BOOKINGS, equal=place, holding=HOLDING),
        overlap_guard(name="usage_no_overlap", table=USAGE, equal=place, holding='{row}."is_current"'),
        refusal_trigger("booking_kept", BOOKINGS, "DELETE", "a booking is never deleted"),
        refusal_trigger("booking_walk", BOOKINGS, "UPDATE", "no step leads to this state", _off_the_table()),
        refusal_trigger(
            "booking_step_kept", STEPS, "UPDATE OR DELETE", "the life of a booking is written once"
        ),
        refusal_trigger("usage_kept", USAGE, "DELETE", "a usage record is never deleted"),
        refusal_trigger(
            "usage_fixed", USAGE, "UPDATE", "a correction is a new usage record", _more_than_ended()
        ),
    ]


def _off_the_table() -> str:
    """A change of state that no line of the state table allows."""
    steps = sorted({f"{start}>{end}" for (start, _verb), end in TRANSITIONS.items() if start != end})
    known = ", ".join(f"'{step}'" for step in steps)
    return f'OLD."state" <> NEW."state" AND (OLD."state" || \'>\' || NEW."state") NOT IN ({known})'


VOIDED = {"is_current", "voided_by", "voided_at", "void_reason"}
AGREED = {"to_confirm", "agreed_by", "agreed_at"}


def _more_than_ended() -> str:
    """Any change of a usage record but three: a correction replaces it, it is voided, a custodian agrees with it."""
    ended = f'NEW."is_current" OR OLD."voided_at" IS NOT NULL OR {_differ(but=VOIDED)}'
    agreed = f'NOT OLD."to_confirm" OR NEW."to_confirm" OR NEW."agreed_at" IS NULL OR {_differ(but=AGREED)}'
    return f'NOT OLD."is_current" OR (({ended}) AND ({agreed}))'


def _differ(*, but: set[str]) -> str:
    """Whether any other column changes; money and times compare as they are stored."""
    changed = []
    for field in UsageRecord._meta.concrete_fields:
        column = f'"{field.column}"'
        if field.name in but:
            continue
        if field.null:
            changed.append(f"(OLD.{column} IS NULL) <> (NEW.{column} IS NULL)")
        changed.append(f"OLD.{column} <> NEW.{column}")
    return " OR ".join(changed)

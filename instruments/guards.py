"""What the database itself refuses about bookings and usage records, whoever asks."""

from __future__ import annotations

from django.db.models import Model

from instruments.booking.enums import HOLDING_STATES
from instruments.booking.rules.booking_states import TRANSITIONS
from instruments.letters.models import BookingMessage
from instruments.usage.models import UsageRecord
from safeguards.no_overlap import overlap_guard
from safeguards.triggers import Trigger, refusal_trigger

HOLDING = f"""{{row}}."state" IN ({", ".join(f"'{state.value}'" for state in HOLDING_STATES)})"""
BOOKINGS, USAGE = "instruments_booking", "instruments_usagerecord"
STEPS = "instruments_bookingstep"
MESSAGES, FILES = "instruments_bookingmessage", "instruments_bookingattachment"


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
        refusal_trigger("attachment_kept", FILES, "UPDATE OR DELETE", "a file stays as it was sent"),
        refusal_trigger("message_kept", MESSAGES, "DELETE", "a message is never deleted"),
        refusal_trigger(
            "message_fixed",
            MESSAGES,
            "UPDATE",
            "a message is never changed",
            _differ(BookingMessage, but=READ),
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
READ = {"read_at", "read_by"}


def _more_than_ended() -> str:
    """Any change of a usage record but three: a correction replaces it, it is voided, a custodian agrees with it."""
    changed, more = _differ(UsageRecord, but=VOIDED), _differ(UsageRecord, but=AGREED)
    ended = f'NEW."is_current" OR OLD."voided_at" IS NOT NULL OR {changed}'
    agreed = f'NOT OLD."to_confirm" OR NEW."to_confirm" OR NEW."agreed_at" IS NULL OR {more}'
    return f'NOT OLD."is_current" OR (({ended}) AND ({agreed}))'


def _differ(model: type[Model], *, but: set[str]) -> str:
    """Whether any other column changes; money and times compare as they are stored."""
    changed = []
    for field in model._meta.concrete_fields:
        column = f'"{field.column}"'
        if field.name in but:
            continue
        if field.null:
            changed.append(f"(OLD.{column} IS NULL) <> (NEW.{column} IS NULL)")
        changed.append(f"OLD.{column} <> NEW.{column}")
    return " OR ".join(changed)

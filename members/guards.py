"""What the database itself refuses about organisations, whoever asks."""

from __future__ import annotations

from safeguards.triggers import Trigger, refusal_trigger

_TABLE = "members_organisation"
_OTHER = "SELECT 1 FROM members_organisation o WHERE o."
_GOAL_MERGED = f'{_OTHER}"id" = NEW."merged_into_id" AND o."merged_into_id" IS NOT NULL'
_HAS_MERGED = f'{_OTHER}"merged_into_id" = NEW."id"'
_TWO_STEPS = f'NEW."merged_into_id" IS NOT NULL AND (EXISTS ({_GOAL_MERGED}) OR EXISTS ({_HAS_MERGED}))'


def guards() -> list[Trigger]:
    """Return them all: what is merged is merged in one step, so that no circle can come to be."""
    message = "an organisation is merged into one that is not merged itself"
    return [refusal_trigger("organisation_merged", _TABLE, "INSERT OR UPDATE", message, _TWO_STEPS)]

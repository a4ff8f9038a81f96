"""What the database itself refuses about organisations, whoever asks."""

from __future__ import annotations

from safeguards.triggers import Trigger, refuse

_TABLE = "members_organisation"
_TWO_STEPS = (
    'NEW."merged_into_id" IS NOT NULL AND ('
    f'EXISTS (SELECT 1 FROM {_TABLE} o WHERE o."id" = NEW."merged_into_id" AND o."merged_into_id" IS NOT NULL)'
    f' OR EXISTS (SELECT 1 FROM {_TABLE} o WHERE o."merged_into_id" = NEW."id"))'
)


def guards() -> list[Trigger]:
    """Return them all: what is merged is merged in one step, so that no circle can come to be."""
    message = "an organisation is merged into one that is not merged itself"
    return [refuse("organisation_merged", _TABLE, "INSERT OR UPDATE", message, _TWO_STEPS)]

"""Rules room: whom an instrument is shared with."""

from __future__ import annotations

EXTERNAL, INTERNAL = "external", "internal"


def shared_with(mode: str, *, of_unit: bool, keeps: bool) -> bool:
    """Tell whether a sharing mode (共享模式) admits a person: `of_unit`, of the owning unit; `keeps`, its steward.

    Shared internally (内部共享) is for people of the unit; not shared (不共享) for its stewards alone.
    """
    return mode == EXTERNAL or (of_unit if mode == INTERNAL else keeps)

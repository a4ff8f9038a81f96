"""How tests answer what an action asks about what rests on what it takes away."""

from __future__ import annotations

from changes import perform
from changes.errors import Unresolved


def answers(hits, prefer="keep"):
    """One answer for each: what a test prefers where it can be chosen, else the first."""
    return {one.key: prefer if prefer in one.choices else one.choices[0] for one in hits}


def asked_by(actor, action, *args, **given):
    """What the action asks about; it must refuse without an answer."""
    try:
        perform(actor, action, *args, **given)
    except Unresolved as refusal:
        return refusal.hits
    raise AssertionError("Nothing was asked.")


def agreeing(actor, action, *args, prefer="keep", **given):
    """Run an action as a page does: first without a word, then with an answer for everything it asks about."""
    try:
        return perform(actor, action, *args, **given)
    except Unresolved as refusal:
        return perform(actor, action, *args, **given, choices=answers(refusal.hits, prefer))

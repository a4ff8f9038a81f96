"""How tests answer what an action asks about what rests on what it takes away."""

from __future__ import annotations

from django.utils import translation

from changes import perform
from changes.errors import Unresolved
from notices.kinds import write
from notices.models import Notice


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


def words_of(row, language="en"):
    """The text of a notice, as a reader of that language gets it."""
    with translation.override(language):
        return write(row.kind, row.context, language).body


def told(person, language="en"):
    """What a person was told: kinds of notice with their texts."""
    rows = Notice.objects.filter(person=person).order_by("pk")
    return [(row.kind, words_of(row, language)) for row in rows]

"""What shall happen to each thing whose basis is taken away, as a form asks and answers it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from changes.dependants import CANCEL, KEEP, OFFER, Dependant, chosen_for, words_of

PREFIX = "choice_"
OF_ALL = {
    KEEP: pgettext_lazy("for everything that is hit", "keep"),
    OFFER: pgettext_lazy("for everything that is hit", "ask to move"),
    CANCEL: pgettext_lazy("for everything that is hit", "cancel or end"),
}


@dataclass(frozen=True)
class Hit:
    """One thing as the page asks about it, what may become of it, and what was chosen so far."""

    one: Dependant
    name: str
    choices: Sequence[tuple[str, str | Promise]]
    chosen: str


def choices_in(data: Mapping[str, object]) -> dict[str, str]:
    """Return what was chosen for which thing, by its key."""
    return {name.removeprefix(PREFIX): str(value) for name, value in data.items() if name.startswith(PREFIX)}


def asked(hits: Sequence[Dependant], data: Mapping[str, object]) -> list[Hit]:
    """Return the questions of a page; what was answered before, by itself or for all, stays answered."""
    chosen = choices_in(data)
    return [Hit(one, f"{PREFIX}{one.key}", words_of(one), chosen_for(one, chosen)) for one in hits]


def asked_of_all(hits: Sequence[Hit]) -> list[tuple[str, str | Promise]]:
    """Return the choices of the one question for all; none where it would save nothing."""
    open_ones = [hit for hit in hits if len(hit.choices) > 1]
    if len(open_ones) < 2:
        return []
    offered = {value for hit in open_ones for value, _words in hit.choices}
    return [(value, words) for value, words in OF_ALL.items() if value in offered]

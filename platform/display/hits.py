"""What shall happen to each thing whose basis is taken away, as a form asks and answers it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from changes.dependants import Dependant, words_of

PREFIX = "choice_"


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
    """Return the questions of a page; what was answered before stays answered."""
    chosen = choices_in(data)
    return [Hit(one, f"{PREFIX}{one.key}", words_of(one), chosen.get(one.key, "")) for one in hits]

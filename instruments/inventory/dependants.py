"""What rests on an instrument: upper rooms say it here, so that nobody takes a basis away unseen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import ngettext

from changes import Work
from instruments.inventory.enums import Choice
from instruments.inventory.errors import InvalidInstrument
from instruments.inventory.models import Instrument
from members.models import Person

Choices = Mapping[UUID, str]
NO_CHOICES: Choices = {}


@dataclass(frozen=True, kw_only=True)
class Dependant:
    """One thing that rests on an instrument in [start, end): a booking, a request, a maintenance block."""

    pk: UUID
    start: dt.datetime
    end: dt.datetime
    station: int
    person: Person
    state: str
    is_use: bool
    """Somebody uses the instrument then; maintenance does not count as use."""


class Unresolved(InvalidInstrument):
    """Something rests on what would be taken away, and nobody has said what shall happen to it. `hits`: what."""

    code = "unresolved"

    def __init__(self, hits: Sequence[Dependant], field: str) -> None:
        self.hits = list(hits)
        said = ngettext(
            "%(count)s booking rests on this. Say what shall happen to it.",
            "%(count)s bookings rest on this. Say for each what shall happen to it.",
            len(self.hits),
        )
        super().__init__({field: [said % {"count": len(self.hits)}]})


Source = Callable[[Instrument, dt.datetime], Iterable[Dependant]]
Settler = Callable[[Work, Sequence[UUID], Choice, str], object]
_known: list[tuple[Source, Settler]] = []


def register(source: Source, settler: Settler) -> None:
    """Have one function asked for what rests on an instrument, and another told what shall happen to some of it.

    Upper rooms do so when loaded. The second gets the keys of what it named, the choice and the reason, after the
    basis has changed, in the same change.
    """
    if (source, settler) not in _known:
        _known.append((source, settler))


def coming(instrument: Instrument, now: dt.datetime) -> list[Dependant]:
    """Return everything that rests on an instrument from now on, by start."""
    found = [one for source, _settler in _known for one in source(instrument, now)]
    return sorted(found, key=lambda one: (one.start, one.pk))


def demand_choices(
    hits: Sequence[Dependant],
    choices: Choices,
    *,
    field: str,
    allowed: Collection[str] = tuple(Choice.values),
) -> None:
    """Raise Unresolved unless somebody said of everything that is hit what shall happen to it."""
    if any(choices.get(one.pk) not in allowed for one in hits):
        raise Unresolved(hits, field)


def settle(work: Work, hits: Sequence[Dependant], choices: Choices, reason: str) -> None:
    """Do what was chosen; call it when the basis is taken away, so that what is offered instead is really free."""
    for choice in (Choice.CANCEL, Choice.OFFER, Choice.KEEP):
        chosen = [one.pk for one in hits if choices[one.pk] == choice]
        if chosen:
            for _source, settler in _known:
                settler(work, chosen, choice, reason)

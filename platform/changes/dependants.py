"""What rests on what: upper rooms say it here, so that nobody takes a basis away unseen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import ngettext

from changes.errors import Unresolved

if TYPE_CHECKING:
    from changes.work import Work

KEEP, OFFER, CANCEL = "keep", "offer", "cancel"
ALL = "all"
"""The key of one choice for everything that leaves a choice and has no own one."""

Choices = Mapping[str, str]
"""What shall happen, by the key of a dependant, or by `ALL`."""

Reason = str | Promise
"""Why a basis is taken away: words that somebody typed, or a lazy text that each reader gets in their own language."""

NO_CHOICES: Choices = {}


@dataclass(frozen=True, kw_only=True)
class Dependant:
    """One thing that rests on a basis: a booking, a role, a report being made, an open form.

    `key` names it among everything that can rest on anything; `title` is for the reader's eyes, in their language;
    `state` is one that has a badge; [start, end) where it has a time; `choices`: what may become of it.
    """

    kind: str
    key: str
    title: str
    state: str = ""
    person: Any = None
    start: dt.datetime | None = None
    end: dt.datetime | None = None
    choices: tuple[str, ...] = (KEEP, OFFER, CANCEL)


Source = Callable[[Any, dt.datetime], Iterable[Dependant]]
Settler = Callable[["Work", Sequence[str], str, Any], object]
_sources: dict[type, dict[str, Source]] = {}
_settlers: dict[str, Settler] = {}
_words: dict[str, Mapping[str, str | Promise]] = {}


def register(
    kind: str,
    settler: Settler,
    sources: Mapping[type, Source],
    words: Mapping[str, str | Promise],
) -> None:
    """Have a kind of dependant asked for and settled; `words` name its choices on a page.

    A source names what of that kind rests on one basis of its type from a moment on: a row (an instrument, a role), or
    what a row stands for (an open account). The settler gets the keys of what the sources named, one choice for them
    and the reason, after the basis has changed, in the same change; kinds are settled in the order they registered.
    """
    _settlers[kind], _words[kind] = settler, words
    for basis, source in sources.items():
        _sources.setdefault(basis, {})[kind] = source


def resting_on(basis: object, now: dt.datetime) -> list[Dependant]:
    """Return everything that rests on a basis from now on: first what has a time, by start."""
    found = [one for source in _sources.get(type(basis), {}).values() for one in source(basis, now)]
    timed = [one for one in found if one.start is not None]
    return [
        *sorted(timed, key=lambda one: (one.start, one.key)),
        *sorted((one for one in found if one.start is None), key=lambda one: (one.kind, one.title, one.key)),
    ]


def resting_from(basis: object, day: dt.date, now: dt.datetime) -> list[Dependant]:
    """Return everything that rests on a basis from the first moment of a local day on, or from now if that is later."""
    return resting_on(basis, max(now, timezone.make_aware(dt.datetime.combine(day, dt.time.min))))


def words_of(one: Dependant) -> list[tuple[str, str | Promise]]:
    """Return what may become of a dependant, each with its words."""
    return [(choice, _words[one.kind][choice]) for choice in one.choices]


def chosen_for(one: Dependant, choices: Choices) -> str:
    """Return what was chosen for a dependant, or "" where nothing was that is possible."""
    chosen = choices.get(one.key) or (choices.get(ALL, "") if len(one.choices) > 1 else "")
    return chosen if chosen in one.choices else ""


def only_choices(hits: Iterable[Dependant]) -> dict[str, str]:
    """Answer for whoever is not there to be asked: what leaves no choice, and otherwise keep."""
    return {one.key: KEEP if KEEP in one.choices else one.choices[0] for one in hits}


def demand_choices(hits: Sequence[Dependant], choices: Choices, *, field: str) -> None:
    """Raise Unresolved unless somebody said of everything that is hit what shall happen to it."""
    if not all(chosen_for(one, choices) for one in hits):
        said = ngettext(
            "%(count)s thing rests on this. Say what shall happen to it.",
            "%(count)s things rest on this. Say for each what shall happen to it.",
            len(hits),
        )
        raise Unresolved({field: [said % {"count": len(hits)}]}, hits)


def resolve(work: Work, hits: Sequence[Dependant], choices: Choices, reason: Reason, *, field: str) -> None:
    """Demand a choice for everything that is hit, and do what was chosen; the basis is taken away already."""
    demand_choices(hits, choices, field=field)
    settle(work, hits, choices, reason)


def settle(work: Work, hits: Sequence[Dependant], choices: Choices, reason: Reason) -> None:
    """Do what was chosen; call it when the basis is taken away, so that what is offered instead is really free."""
    for kind, settler in _settlers.items():
        for choice in (CANCEL, OFFER, KEEP):
            chosen = [one.key for one in hits if one.kind == kind and chosen_for(one, choices) == choice]
            if chosen:
                settler(work, chosen, choice, reason)

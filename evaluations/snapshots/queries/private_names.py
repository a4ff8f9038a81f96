"""Names of served organisations that a unit typed and nobody merged: told to the department before it scores."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator

from django.utils.translation import ngettext_lazy

from evaluations.errors import Blocker
from evaluations.rounds.models import Round

Unmerged = Callable[[dt.datetime, dt.datetime], Iterable[tuple[str, str]]]
"""Called with the period; gives the unit's code and the name as it was typed."""
MOST_NAMED = 20

_sources: list[Unmerged] = []


def tell_unmerged_with(source: Unmerged) -> None:
    """Say who knows the private names; the app does so when it is loaded."""
    _sources[:] = [source]


def unmerged_names(round_: Round) -> Iterator[Blocker]:
    """Warn of names that count as organisations of their own, though nobody has looked at them."""
    for source in _sources:
        names = sorted(set(source(round_.data_start, round_.data_end)))
        if names:
            said = [f"{unit}: {name}" for unit, name in names[:MOST_NAMED]]
            yield Blocker(
                "unmerged_names",
                ngettext_lazy(
                    "%(count)s name of a served organisation was typed by a unit and belongs to no registered "
                    "organisation, so it counts as one of its own: %(names)s.",
                    "%(count)s names of served organisations were typed by units and belong to no registered "
                    "organisation, so each counts as one of its own: %(names)s.",
                    "count",
                ),
                {"count": len(names), "names": "; ".join([*said, "…"] if len(names) > MOST_NAMED else said)},
                hard=False,
            )

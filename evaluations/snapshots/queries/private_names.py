"""Names of served organisations that a unit typed and nobody merged: told to the department before it scores."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import ngettext_lazy

from evaluations.errors import Blocker
from evaluations.rounds.models import Round
from instruments.usage.queries.organisations import unmerged_names as names_of_units

MOST_NAMED = 20


def unmerged_names(round_: Round) -> Iterator[Blocker]:
    """Warn of names that count as organisations of their own, though nobody has looked at them; one query."""
    names = names_of_units(round_.data_start, round_.data_end)
    if names:
        said = [f"{one.unit_code}: {one.name} ({one.hours} h)" for one in names[:MOST_NAMED]]
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

"""Refusals of schemes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from changes import StaleVersion
from changes.errors import Refusal


class InvalidScheme(Refusal):
    """The definition of a scheme is wrong; `problems` holds path, code and inputs of each (`scoring.problems`)."""

    code = "invalid_scheme"
    message = _("The definition of the scheme is wrong.")

    def __init__(self, problems: Sequence[tuple[str, str, Mapping[str, str]]]) -> None:
        self.problems = tuple(problems)
        super().__init__()


class SchemeLocked(Refusal):
    """A round has used the scheme, so a change needs a new version."""

    code = "scheme_locked"
    message = _("A round uses this scheme, so it no longer changes. Make a new version instead.")


class SchemeKindInUse(SchemeLocked):
    """A draft of a round judges what the scheme judges now, so the scheme cannot turn to something else."""

    code = "scheme_kind_in_use"
    message = _(
        "The draft of the round of %(years)s uses this scheme for what it judges now. "
        "Give the draft another scheme first, or make a new version."
    )

    def __init__(self, years: Sequence[int]) -> None:
        self.years = tuple(years)
        template: Any = self.message
        super().__init__(template % {"years": ", ".join(map(str, self.years))})


class SchemeMoved(StaleVersion):
    """Somebody else changed the scheme after the person loaded it; `seen` and `found` are its edits."""

    message = _(
        "Nothing was saved, for someone has changed this scheme since you loaded it. What you typed still stands here: "
        "compare it with the scheme in words and save again if yours shall hold."
    )

"""Refusals of bundles."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from changes.errors import Conflict, Refusal
from instruments.terms.errors import BrokenRule


class BundleBroken(Refusal):
    """Parts of a set cannot be had, so none is booked; `parts` are their places with what stands against each."""

    code = "bundle_broken"
    message = _("Not every part of the set can be had, so nothing is booked.")

    def __init__(self, parts: Sequence[tuple[int, Sequence[BrokenRule]]]) -> None:
        self.parts = list(parts)
        super().__init__()


class NothingLeft(Conflict):
    """No part of the bundle can be given back any more."""

    code = "nothing_left"
    message = _("There is no part of the set left to give back.")

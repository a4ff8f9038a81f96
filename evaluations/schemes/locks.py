"""Locks room: schemes; they come before the round."""

from __future__ import annotations

from changes import Work
from evaluations.schemes.models import Scheme


def lock_scheme(work: Work, pk: int) -> Scheme:
    """Lock one scheme."""
    return work.lock_one(Scheme.objects.all(), pk)


def lock_scheme_family(work: Work, code: str) -> Scheme:
    """Lock all versions of a scheme, so that two new versions cannot get one number; return the newest."""
    family = Scheme.objects.filter(code=code)
    work.lock(Scheme.objects.all(), family.order_by().values_list("pk", flat=True))
    return family.order_by("-version")[0]

"""Locks room: schemes; the round's lock comes first."""

from __future__ import annotations

from evaluations.schemes.models import Scheme


def lock_scheme(pk: int) -> Scheme:
    """Lock one scheme."""
    return Scheme.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)


def lock_scheme_family(code: str) -> list[Scheme]:
    """Lock all versions of a scheme, newest first, so that two new versions cannot get one number."""
    return list(
        Scheme.objects.select_for_update(of=("self",), no_key=True).filter(code=code).order_by("-version")
    )

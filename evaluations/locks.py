"""Locks room: the only place of this app that locks rows. Order: round, then snapshot; scheme after round."""

from __future__ import annotations

from evaluations.models import MetricSnapshot, Round, Scheme


def lock_round(pk: int) -> Round:
    """Lock one round; every step and every value entered for it holds this."""
    return Round.objects.select_for_update(of=("self",), no_key=True).select_related("scheme").get(pk=pk)


def lock_snapshot(pk: int) -> MetricSnapshot:
    """Lock one snapshot; take the round's lock first."""
    return MetricSnapshot.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)


def lock_scheme(pk: int) -> Scheme:
    """Lock one scheme."""
    return Scheme.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)


def lock_scheme_family(code: str) -> list[Scheme]:
    """Lock all versions of a scheme, newest first, so that two new versions cannot get one number."""
    return list(
        Scheme.objects.select_for_update(of=("self",), no_key=True).filter(code=code).order_by("-version")
    )

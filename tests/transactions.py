"""A transaction around what is tested."""

from __future__ import annotations

from django.db import transaction


def outermost() -> transaction.Atomic:
    """Return a transaction to be taken back, in which a change may open its own, as within a test case."""
    block = transaction.atomic()
    block._from_testcase = True
    return block

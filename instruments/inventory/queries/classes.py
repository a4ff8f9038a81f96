"""Queries room: the tree of instrument classes."""

from __future__ import annotations

from django.db.models import Q

from instruments.inventory.models import InstrumentClass
from instruments.inventory.rules.class_codes import subtree_prefix


def in_class(instrument_class: InstrumentClass) -> Q:
    """Return the condition on instruments: in this class or one below it, in the same order of classes."""
    return Q(
        instrument_class__scheme=instrument_class.scheme,
        instrument_class__code__startswith=subtree_prefix(instrument_class.code),
    )

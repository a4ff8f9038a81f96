"""One notice, told by a change of its own."""

from __future__ import annotations

from changes import perform
from notices.models import Notice


def notify(person, kind, context, link="") -> Notice:
    """Tell one person something; return the notice."""
    perform(None, lambda work: work.tell([person], kind, context, link))
    return Notice.objects.order_by("pk").last()

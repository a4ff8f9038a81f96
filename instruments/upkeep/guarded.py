"""Guarded room: a fault, a plan or an instrument for one person; missing and forbidden give the same 404."""

from __future__ import annotations

from django.http import Http404

from instruments.inventory.guarded import instrument_for
from instruments.inventory.models import Instrument
from instruments.upkeep.models import Fault, UpkeepPlan
from members.guarded import refuse_as_missing
from members.permissions import Actor, can


def stoppable_for(person: Actor, code: str) -> Instrument:
    """Return an instrument the person may stop because of a break-down. Raises Http404."""
    shown = instrument_for(person, code)
    if not can(person, "stop_instrument", shown):
        refuse_as_missing(person, "stop_instrument", shown, app="instruments")
    return shown


def upkept_for(person: Actor, code: str, verb: str = "view_upkeep") -> Instrument:
    """Return an instrument whose upkeep the person may see, or `verb`. Raises Http404."""
    shown = instrument_for(person, code)
    if not can(person, verb, shown):
        refuse_as_missing(person, verb, shown, app="instruments")
    return shown


def plan_for(person: Actor, pk: int) -> UpkeepPlan:
    """Return a plan of upkeep the person may see, with its instrument, terms and planned time. Raises Http404."""
    rows = UpkeepPlan.objects.select_related("instrument__unit__policy", "instrument__policy", "booking")
    plan = rows.filter(pk=pk).first()
    if plan is None:
        raise Http404
    if not can(person, "view_upkeep", plan):
        refuse_as_missing(person, "view_upkeep", plan, app="instruments")
    return plan


def fault_for(person: Actor, pk: int) -> Fault:
    """Return a fault the person may see, with its instrument and everybody who had to do with it. Raises Http404."""
    people = ("reported_by", "acknowledged_by", "ended_by")
    rows = Fault.objects.select_related("instrument__unit", "photo", *people).defer("photo__jpeg")
    fault = rows.filter(pk=pk).first()
    if fault is None:
        raise Http404
    if not can(person, "view_fault", fault):
        refuse_as_missing(person, "view_fault", fault, app="instruments")
    return fault

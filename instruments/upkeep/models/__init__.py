"""Rows of upkeep: faults, break-downs, plans and what was done by them."""

from instruments.upkeep.models.breakdowns import Breakdown, BreakdownBlock
from instruments.upkeep.models.faults import Fault, FaultPhoto
from instruments.upkeep.models.plans import UpkeepDone, UpkeepPlan

__all__ = ["Breakdown", "BreakdownBlock", "Fault", "FaultPhoto", "UpkeepDone", "UpkeepPlan"]

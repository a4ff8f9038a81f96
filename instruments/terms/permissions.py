"""Permissions room: who sets hours, rules and prices."""

from __future__ import annotations

from instruments.inventory.permissions import custodian_or_officer, manager_or_officer
from members.permissions import declare

declare("instruments", {"edit_terms": custodian_or_officer, "edit_unit_rules": manager_or_officer})

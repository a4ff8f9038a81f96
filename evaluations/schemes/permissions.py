"""Permissions room: who writes schemes."""

from __future__ import annotations

from members.permissions import by_roles, declare, only_officers

declare("evaluations", by_roles({"manage_schemes": only_officers}))

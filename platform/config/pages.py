"""The environment of the pages' templates with what the apps add to it."""

from __future__ import annotations

from typing import Any

import jinja2

from display import environment as shared
from instruments.bundles.views import bundles
from instruments.calendars import views as calendars
from instruments.catalogue import written as catalogue
from instruments.letters.views import attachments, messages
from instruments.upkeep.views import faults, plans
from instruments.usage.views import left_by_bookings


def environment(**options: Any) -> jinja2.Environment:
    """Return the environment that the settings name: every page's filters and functions."""
    pages = shared.environment(**options)
    pages.filters |= catalogue.FILTERS
    for app in (catalogue, left_by_bookings, faults, plans, bundles, messages, attachments, calendars):
        pages.globals |= app.FUNCTIONS
    return pages

"""What every page's frame needs to know."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Return `demo_banner`; the person's part of the navigation is added once the rooms exist."""
    return {"demo_banner": settings.DEMO}

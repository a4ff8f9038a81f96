"""What visitors read when a page cannot be made: a fault of ours, or a database that is not there for now."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.defaults import server_error as fault_of_ours

from safeguards.outage import outage_of


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 503 with the seconds to wait while the database is busy, away or full; else 500.

    The page stands alone, for its frame would ask the database again.
    """
    outage = outage_of(sys.exc_info()[1])
    if outage is None:
        return fault_of_ours(request)
    context = {"outage": outage.name.lower(), "is_sent": request.method not in {"GET", "HEAD"}}
    answer = render(request, "503.html", context, status=503, using=None)
    answer.headers["Retry-After"] = str(outage.seconds)
    answer.headers["Cache-Control"] = "no-store"
    return answer

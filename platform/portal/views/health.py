"""Whether the site can answer: database, and the signs of life of the background."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.db import connection
from django.db.utils import Error
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from audit.sealing import unsealed_age
from background.queries import signs_of_life
from operations import health, measures
from safeguards.outage import Outage, outage_of


@require_safe
@never_cache
def livez(request: HttpRequest) -> JsonResponse:
    """Answer 200 while this process answers at all; whoever gets none starts it anew. Asks nobody else."""
    return JsonResponse({"status": "up"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 where visitors can be sent here: the database is up. The word for every part stands beside it.

    Pages and bookings work without Redis and background, so these make no 503 here; `readyz/PART` is theirs.
    """
    states = {part: health.state_of(part) for part in health.PARTS}
    is_ready = states[health.DATABASE].is_up
    said = {
        "status": "ready" if is_ready else "not ready",
        "parts": {part: each.word for part, each in states.items()},
    }
    return _answer(said, is_up=is_ready)


@require_safe
@never_cache
def readyz_part(request: HttpRequest, part: str) -> JsonResponse:
    """Answer 200 or 503 for one part: database, redis, worker (and of each queue), schedule or sealer."""
    if part not in health.PARTS:
        raise Http404
    state = health.state_of(part)
    return _answer({"status": state.word, **state.facts}, is_up=state.is_up)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for a collector that knows METRICS_TOKEN; for anybody else, and without that setting, no such page."""
    wanted = f"Bearer {settings.METRICS_TOKEN}"
    if not settings.METRICS_TOKEN or not constant_time_compare(
        request.headers.get("Authorization", ""), wanted
    ):
        raise Http404
    return HttpResponse(measures.exposition(), content_type=CONTENT_TYPE_LATEST)


def _answer(said: Mapping[str, object], *, is_up: bool) -> JsonResponse:
    headers = {} if is_up else {"Retry-After": str(Outage.AWAY.seconds)}
    return JsonResponse(said, status=200 if is_up else 503, headers=headers)


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database answers; the background's heartbeats are told beside it.

    `history.unsealed_seconds`: the age of the entry that waits longest to be sealed, null where none waits; more than a
    few seconds mean that the sealer does not work.
    `status` is `ok`, `degraded` where a process of the background has fallen silent, or `down` (503). With
    `?need=background` a silent one is a 503 too: pages are served without it, but a monitor may want to know.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        signs = signs_of_life()
        history = {"unsealed_seconds": unsealed_age()}
    except Error as error:
        outage = outage_of(error) or Outage.AWAY
        answer = {"status": "down", "database": outage.name.lower()}
        return JsonResponse(answer, status=503, headers={"Retry-After": str(outage.seconds)})
    # What never beat has not been started yet: a fresh site is told well before its first beat.
    is_silent = any(sign["at"] is not None and not sign["alive"] for sign in signs.values())
    is_needed = request.GET.get("need") == "background" and not all(sign["alive"] for sign in signs.values())
    said = {"status": "degraded" if is_silent or is_needed else "ok", "background": signs, "history": history}
    return JsonResponse(said, status=503 if is_needed else 200)

"""Whether the site can answer: database, and the signs of life of the background."""

from __future__ import annotations

from django.db import connection
from django.db.utils import Error
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from audit.sealing import unsealed_age
from background.queries import signs_of_life
from safeguards.outage import Outage, outage_of


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

"""Whether the site can answer: database, and the signs of life of the background."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from audit.sealing import unsealed_age
from background.queries import signs_of_life


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database answers, and tell beside it how the background fares.

    `background`: last heartbeat of `schedule` and `worker`. `history.unsealed_seconds`: the age of the entry that waits
    longest to be sealed, null where none waits; more than a few seconds mean that the sealer does not work.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse(
        {
            "status": "ok",
            "background": signs_of_life(),
            "history": {"unsealed_seconds": unsealed_age()},
        }
    )

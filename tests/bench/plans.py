"""Asks PostgreSQL how it answers what the hottest pages ask; a page that walks all bookings or all usage is refused."""

from __future__ import annotations

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from tests.bench.pages import pages, session  # noqa: E402
from tests.plans import walks  # noqa: E402

HOT = (
    "catalogue_signed_in",
    "search_1_signed_in",
    "instrument_signed_in",
    "instrument_week",
    "my_page",
    "desk",
    "inventory",
    "usage_list",
    "cockpit",
    "api_instruments",
)


def main() -> None:
    """Ask for each page with what is kept at hand. Raises SystemExit with the statements that walk."""
    found = []
    for name, page in pages().items():
        if name not in HOT:
            continue
        client = Client(headers={"Accept-Language": "zh-CN"}, SERVER_NAME="127.0.0.1")
        if page.who:
            client.cookies[settings.SESSION_COOKIE_NAME] = session(page.who)
        client.get(page.path)
        with CaptureQueriesContext(connection) as captured:
            client.get(page.path)
        found += [f"{name}: {walk}" for walk in walks(query["sql"] for query in captured.captured_queries)]
    if found:
        raise SystemExit("\n".join(["These walk a whole table:", *found]))


if __name__ == "__main__":
    main()

"""Rules room: what is possible in a usage record and yet so unusual that somebody should look at it again."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from instruments.usage.errors import usage_problem
from instruments.usage.rules.usage_entries import Problems, UsageEntry

TIMES_THE_RATE = 2
SAMPLES_AN_HOUR = 100
LONG_HOURS = Decimal(12)
OLD = dt.timedelta(days=366)
ROUND_YUAN, ROUND_STEP = Decimal(100_000), Decimal(10_000)


def unusual(
    entry: UsageEntry, now: dt.datetime, *, highest_rate: Decimal | None, open_hours: Decimal | None
) -> Problems:
    """Return what is unusual in an entry that has no problems; an empty list means nothing is.

    `highest_rate` is the highest price of the instrument in yuan per hour (None: it has none), `open_hours` how long
    it is open in the time of the entry (None: not asked, for a short one).
    """
    odd: Problems = []
    if highest_rate is not None:
        most = (TIMES_THE_RATE * highest_rate * entry.effective_hours).quantize(Decimal("0.01"))
        if entry.income > most:
            odd.append(("income", usage_problem("odd_income", limit=most, rate=highest_rate)))
    if not odd and entry.income >= ROUND_YUAN and entry.income % ROUND_STEP == 0:
        odd.append(("income", usage_problem("odd_round")))
    if entry.samples > SAMPLES_AN_HOUR * max(entry.effective_hours, Decimal(1)):
        odd.append(("samples", usage_problem("odd_samples", limit=SAMPLES_AN_HOUR)))
    if open_hours is not None and entry.effective_hours > open_hours:
        odd.append(("effective_hours", usage_problem("odd_hours", limit=open_hours)))
    if now - entry.end > OLD:
        odd.append(("start", usage_problem("odd_age")))
    return odd


def asks_for_opening(entry: UsageEntry) -> bool:
    """Tell whether an entry is so long that its hours are compared with the opening hours."""
    return entry.effective_hours > LONG_HOURS

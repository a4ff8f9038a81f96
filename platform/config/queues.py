"""Which queue each task of the background waits in; what is named nowhere is upkeep."""

from __future__ import annotations

MAIL, REPORTS, EVALUATION, UPKEEP = "mail", "reports", "evaluation", "upkeep"
QUEUES = (MAIL, REPORTS, EVALUATION, UPKEEP)
ROUTES = {
    "notices.send_mail": {"queue": MAIL},
    "notices.send_pending_mail": {"queue": MAIL},
    "notices.send_daily_mail": {"queue": MAIL},
    "members.send_invitation": {"queue": MAIL},
    "reporting.make_run": {"queue": REPORTS},
    "evaluations.take_snapshot": {"queue": EVALUATION},
    "evaluations.score_round": {"queue": EVALUATION},
}
"""Sweepers are upkeep: they only ring again for what waits, and must not wait behind it."""

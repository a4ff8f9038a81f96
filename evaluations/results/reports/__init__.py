"""Reports room: what the evaluation reports say."""

from __future__ import annotations


def register_reports() -> None:
    """Bring this app's reports to the register; called once the models are loaded."""
    from evaluations.results.reports.annual_evaluation import ANNUAL_EVALUATION  # noqa: PLC0415
    from evaluations.results.reports.unit_score_card import UNIT_SCORE_CARD  # noqa: PLC0415
    from reporting.registry import register  # noqa: PLC0415

    register(ANNUAL_EVALUATION)
    register(UNIT_SCORE_CARD)

"""Reports room: what the instrument reports say."""

from __future__ import annotations


def register_reports() -> None:
    """Bring this app's reports to the register; called once the models are loaded."""
    from instruments.usage.reports.instrument_usage import INSTRUMENT_USAGE  # noqa: PLC0415
    from reporting.registry import register  # noqa: PLC0415

    register(INSTRUMENT_USAGE)

"""The instruments app and its database guards."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from safeguards.no_overlap import overlap_guard
from safeguards.triggers import register

HOLDING_SQL = "{row}.\"state\" IN ('requested', 'confirmed', 'in_use', 'completed')"


class InstrumentsConfig(AppConfig):
    """Registers the guards against double booking on SQLite."""

    name = "instruments"
    verbose_name = _("Instruments and bookings")

    def ready(self) -> None:
        """Register the overlap guards."""
        register(
            overlap_guard(
                name="booking_no_overlap",
                table="instruments_booking",
                equal=["instrument_id", "station"],
                holding=HOLDING_SQL,
            )
        )
        register(
            overlap_guard(
                name="usage_no_overlap",
                table="instruments_usagerecord",
                equal=["instrument_id", "station"],
                holding='{row}."is_current"',
            )
        )

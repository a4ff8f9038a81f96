"""Refusals of the inventory and of an instrument's terms."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from changes.errors import FieldsRefused


class InvalidInstrument(FieldsRefused):
    """Fields of an instrument or of its terms are wrong."""

    code = "invalid_instrument"
    message = _("Some fields of the instrument are wrong.")


class InvalidDeputy(FieldsRefused):
    """A deputy cannot be named so."""

    code = "invalid_deputy"
    message = _("A deputy cannot be named so.")

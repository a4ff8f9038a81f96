"""Refusals of the inventory and of an instrument's terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from instruments.errors import InstrumentsError, Sentence


class InvalidInstrument(InstrumentsError):
    """Fields of an instrument or of its terms are wrong; `fields` maps field name to a list of messages."""

    code = "invalid_instrument"
    message = _("Some fields of the instrument are wrong.")

    def __init__(self, fields: Mapping[str, Sequence[Sentence]]) -> None:
        self.fields = {name: [str(message) for message in messages] for name, messages in fields.items()}
        super().__init__()

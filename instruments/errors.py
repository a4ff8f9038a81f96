"""What all refusals of the instruments app share: a sentence a person can act on, and a stable code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise, lazy
from django.utils.translation import gettext_lazy as _

Sentence = str | Promise


def _fill(text: Sentence, values: Mapping[str, Any]) -> str:
    return str(text) % values


filled = lazy(_fill, str)


class InstrumentsError(Exception):
    """Base of all refusals in this app. `message` is translatable, `code` is stable."""

    code = "instruments"
    message: Sentence = _("This is not possible.")

    def __init__(self, message: Sentence | None = None) -> None:
        if message is not None:
            self.message = message
        super().__init__(self.message)

    def __str__(self) -> str:
        return str(self.message)


class FieldsRefused(InstrumentsError):
    """Something typed or sent is wrong; `fields` maps field name to a list of messages."""

    code = "fields_refused"

    def __init__(self, fields: Mapping[str, Sequence[Sentence]]) -> None:
        self.fields = {name: [str(message) for message in messages] for name, messages in fields.items()}
        super().__init__()

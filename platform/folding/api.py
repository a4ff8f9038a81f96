"""How every body and every parameter of the API is read: folded as in forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from folding.characters import code, line
from folding.numbers import figure, whole

Row = TypeVar("Row")
# No field of numbers or codes takes it: each refuses it in its own words.
REFUSED = "?"
_BY_FIELD = (
    (serializers.DecimalField, figure),
    (serializers.FloatField, figure),
    (serializers.IntegerField, whole),
    (serializers.EmailField, code),
    (serializers.CharField, line),
)


class CodeField(serializers.CharField):
    """A code: one that differs only by what nobody can see is the same."""

    default_error_messages = {"foreign_digits": _("Write the digits as 0 to 9.")}

    def to_internal_value(self, data: Any) -> str:
        """Return the code folded; refuse digits other than 0 to 9."""
        text: str = super().to_internal_value(data)
        try:
            return code(text)
        except ValueError:
            self.fail("foreign_digits")


class Serializer(serializers.Serializer[Row]):
    """A serializer whose texts and numbers are folded before its fields judge them."""

    def to_internal_value(self, data: Any) -> Any:
        """Fold, then validate as every serializer."""
        if isinstance(data, Mapping):
            fields = self.fields
            data = {name: _folded(fields.get(name), value) for name, value in data.items()}
        return super().to_internal_value(data)


def _folded(field: Any, value: Any) -> Any:
    if not isinstance(value, str) or isinstance(field, CodeField):
        return value
    for kind, fold in _BY_FIELD:
        if isinstance(field, kind):
            try:
                return fold(value)
            except ValueError:
                return REFUSED
    return value

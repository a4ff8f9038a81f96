"""How the fields of a scheme document are read: decimals without floats, whole numbers, one of some texts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from folding.numbers import NoNumber, figure

PLAIN = re.compile(r"[0-9]{1,12}([.][0-9]{1,6})?")
"""As decimals are written back; other ways of writing them are folded first."""


def _require_kind(schema: dict[str, Any]) -> None:
    """A function's kind is set where code makes one, and told in a document."""
    if "kind" in schema["properties"]:
        schema["required"] = list(dict.fromkeys(["kind", *schema.get("required", [])]))


class Part:
    """An object of the document: a key that it does not name is refused."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", json_schema_extra=_require_kind)


def number_of(value: object) -> Decimal:
    """A decimal in quotes, or a whole number. Raises the refusals `float_refused` and `not_a_decimal`."""
    if isinstance(value, str) and PLAIN.fullmatch(value):
        return Decimal(value)
    if isinstance(value, float):
        raise PydanticCustomError("float_refused", "")
    try:
        text = figure(value) if isinstance(value, str) else value
        number = Decimal(text) if isinstance(text, str | int | Decimal) else Decimal("NaN")
    except (InvalidOperation, NoNumber):
        number = Decimal("NaN")
    if isinstance(value, bool) or not number.is_finite():
        raise PydanticCustomError("not_a_decimal", "")
    return number


def whole_of(value: object) -> int:
    """A whole number, however it is written. Raises the refusals of `number_of` and `not_an_integer`."""
    number = number_of(value)
    if number != int(number):
        raise PydanticCustomError("not_an_integer", "")
    return int(number)


IN_QUOTES = BeforeValidator(
    number_of,
    json_schema_input_type=Annotated[str, Field(pattern=r"^\d+([.]\d+)?$")] | Annotated[int, Field(ge=0)],
)
WHOLE = BeforeValidator(whole_of, json_schema_input_type=Annotated[int, Field(ge=0)])


@dataclass(frozen=True)
class OneOf:
    """Marks a text that is one of some."""

    choices: tuple[str, ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """As a literal type of the choices."""
        return core_schema.literal_schema(list(self.choices))

"""Reading JSON values with a path, collecting every problem instead of stopping at the first."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from evaluations.scoring.problems import Problem
from folding.numbers import NoNumber, figure

CODE = re.compile(r"[a-z][a-z0-9_]*")
ZERO = Decimal(0)
Entry = TypeVar("Entry")
MISSING = object()


class Reader:
    """Collects problems. A value that cannot be read is answered by a stand-in, so that reading goes on."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def problem(self, path: str, code: str, **inputs: object) -> None:
        """Note one problem."""
        self.problems.append(Problem(path, code, {key: str(value) for key, value in inputs.items()}))

    def is_clean(self, path: str) -> bool:
        """Whether nothing below the path is wrong so far."""
        inside = re.compile(re.escape(path) + r"($|[.\[])")
        return not any(inside.match(problem.path) for problem in self.problems)

    def node(self, value: object, path: str, keys: Sequence[str]) -> Node:
        """An object with these keys only."""
        if not isinstance(value, dict):
            self.problem(path, "not_an_object")
            return Node(self, {}, path, is_object=False)
        for key in value:
            if key not in keys:
                self.problem(f"{path}.{key}" if path else str(key), "unknown_key")
        return Node(self, value, path)


class Node:
    """One JSON object being read; every method takes the key and notes what is wrong with its value."""

    def __init__(self, reader: Reader, data: dict[str, object], path: str, *, is_object: bool = True) -> None:
        self.reader = reader
        self.data = data
        self.path = path
        self.is_object = is_object

    def at(self, key: str) -> str:
        """The path of a key."""
        return f"{self.path}.{key}" if self.path else key

    def has(self, key: str) -> bool:
        """Whether the key is there."""
        return key in self.data

    def problem(self, key: str, code: str, **inputs: object) -> None:
        """Note a problem with a key."""
        self.reader.problem(self.at(key), code, **inputs)

    def raw(self, key: str, default: object = MISSING) -> object:
        """The value as it stands; a missing one without default is a problem."""
        if key in self.data:
            return self.data[key]
        if default is MISSING and self.is_object:
            self.problem(key, "required")
        return default

    def text(self, key: str, default: object = MISSING, limit: int = 200) -> str:
        """A text; without default it must not be empty."""
        value = self.raw(key, default)
        if value is MISSING:
            return ""
        if not isinstance(value, str):
            self.problem(key, "not_text")
            return ""
        if default is MISSING and not value.strip():
            self.problem(key, "empty_text")
        if len(value) > limit:
            self.problem(key, "too_long", limit=limit)
        return value

    def code(self, key: str, limit: int) -> str:
        """A short code."""
        value = self.text(key, limit=10**6)
        if value and (not CODE.fullmatch(value) or len(value) > limit):
            self.problem(key, "bad_code", limit=limit)
        return value

    def choice(self, key: str, choices: Sequence[str], *, required: bool = True) -> str:
        """One of some texts; "" if it is not there."""
        value = self.raw(key, MISSING if required else "")
        if key not in self.data:
            return ""
        if not isinstance(value, str) or value not in choices:
            self.problem(key, "not_a_choice", choices=", ".join(choices))
            return ""
        return value

    def boolean(self, key: str, *, default: bool) -> bool:
        """True or false."""
        value = self.raw(key, default)
        if not isinstance(value, bool):
            self.problem(key, "not_a_boolean")
            return default
        return value

    def integer(self, key: str, default: int, limit: int) -> int:
        """A whole number from 0 to the limit."""
        number = self.decimal(key, Decimal(default), limit=Decimal(limit))
        if number != int(number):
            self.problem(key, "not_an_integer")
        return int(number)

    def decimal(
        self,
        key: str,
        default: Decimal | None = None,
        *,
        positive: bool = False,
        places: int = 6,
        limit: Decimal = Decimal(10**12),
    ) -> Decimal:
        """A decimal in quotes (or a whole number), ≥ 0 or > 0, with at most so many decimals."""
        value = self.raw(key, MISSING if default is None else default)
        if value is MISSING:
            return ZERO
        number = self._number(key, value)
        if number is None:
            return ZERO
        exponent = number.normalize().as_tuple().exponent
        if number < 0 or (positive and not number):
            self.problem(key, "not_positive" if positive else "negative")
        elif number > limit:
            self.problem(key, "too_large", limit=limit)
        elif isinstance(exponent, int) and -exponent > places:
            self.problem(key, "too_precise", places=places)
        return number

    def _number(self, key: str, value: object) -> Decimal | None:
        if isinstance(value, float):
            self.problem(key, "float_refused")
            return None
        try:
            text = figure(value) if isinstance(value, str) else value
            number = Decimal(text) if isinstance(text, str | int | Decimal) else Decimal("NaN")
        except (InvalidOperation, NoNumber):
            number = Decimal("NaN")
        if isinstance(value, bool) or not number.is_finite():
            self.problem(key, "not_a_decimal")
            return None
        return number

    def child(self, key: str, keys: Sequence[str]) -> Node:
        """An object below the key; a missing one is a problem."""
        value = self.raw(key)
        if value is MISSING:
            return Node(self.reader, {}, self.at(key), is_object=False)
        return self.reader.node(value, self.at(key), keys)

    def entries(
        self, key: str, read: Callable[[object, str], Entry], *, required: bool = True
    ) -> tuple[Entry, ...]:
        """A list, each entry read by `read(value, path)`."""
        value = self.raw(key, MISSING if required else [])
        if value is MISSING:
            return ()
        if not isinstance(value, list):
            self.problem(key, "not_a_list")
            return ()
        if required and not value:
            self.problem(key, "empty_list")
        return tuple(read(entry, f"{self.at(key)}[{place}]") for place, entry in enumerate(value))

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, empty by default."""

        def read(value: object, path: str) -> str:
            if not isinstance(value, str) or not value:
                self.reader.problem(path, "not_text")
                return ""
            return value

        return self.entries(key, read, required=False)

    def unique(self, key: str, codes: Sequence[object]) -> None:
        """Each code once."""
        seen: set[object] = set()
        for code in codes:
            if code in seen and code != "":
                self.problem(key, "double_code", name=code)
            seen.add(code)

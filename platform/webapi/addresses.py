"""How objects are named in an address; what does not look like a name is simply an unknown address."""

from __future__ import annotations

from django.urls import register_converter


class CodeConverter:
    """A code of a unit, region, field or instrument."""

    regex = r"[A-Za-z0-9][A-Za-z0-9-]{0,39}"

    def to_python(self, value: str) -> str:
        """Return the code as written."""
        return value

    def to_url(self, value: str) -> str:
        """Return the code as written."""
        return value


class YearConverter(CodeConverter):
    """A year of four digits."""

    regex = r"[12][0-9]{3}"


register_converter(CodeConverter, "code")
register_converter(YearConverter, "data_year")

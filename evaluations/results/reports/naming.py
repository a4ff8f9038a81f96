"""Names of rows in the language of the document."""

from __future__ import annotations

from typing import Protocol

from django.utils import translation

from display.formats import is_chinese


class Named(Protocol):
    """Has a name in both languages."""

    @property
    def name_zh(self) -> str:
        """The Chinese name."""

    @property
    def name_en(self) -> str:
        """The English name, maybe empty."""


def language() -> str:
    """The active language."""
    return translation.get_language() or "zh-hans"


def name_of(row: Named) -> str:
    """The name in the active language, the Chinese one where the other is missing."""
    return row.name_zh if is_chinese(language()) or not row.name_en else row.name_en

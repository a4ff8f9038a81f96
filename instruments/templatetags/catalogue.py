"""Templatetags room: found words stand out in a name."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from display.formats import is_chinese, weekday

register = template.Library()


@register.filter
def weekday_initial(day: dt.date) -> str:
    """Write a weekday in one sign, for narrow cells: 三 in Chinese, W in English."""
    language = get_language()
    name = weekday(day, language)
    return name[-1] if is_chinese(language) else name[0]


@register.filter
def marked(text: str, words: Sequence[str]) -> SafeString | str:
    """Wrap every place where one of the words stands in <mark>, whatever its case; everything is escaped."""
    found = [re.escape(word) for word in words if word]
    if not found:
        return text
    parts = re.split(f"({'|'.join(found)})", text, flags=re.IGNORECASE)
    # Split by a group, every second part is a place that was found.
    shown = (format_html("<mark>{}</mark>", part) if n % 2 else part for n, part in enumerate(parts))
    return format_html_join("", "{}", ((part,) for part in shown))

"""How every page shows figures, dates, states and drawings; pages of the admin `{% load display %}`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from django import template
from django.core.paginator import Paginator
from django.http import QueryDict
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from display import formats, illustrations, querystrings, states
from display.hits import Hit, asked_of_all

register = template.Library()


@lru_cache(maxsize=512)
def static_address(path: str) -> str:
    """Return where a static file lies; its hashed name is looked up once."""
    return static(path)


def _figure(value: object) -> Decimal | None:
    """Read a figure from the context; what is not one (None, "", a lazy blank) is shown as a dash."""
    if value is None or value == "":
        return None
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _today() -> date:
    return formats.local_day(timezone.now())


@register.filter
def number(value: object) -> str:
    """Write a count: 1347, 186,420."""
    return formats.number(_figure(value))


@register.filter
def hours(value: object, places: int = 1) -> str:
    """Write hours without the unit: 1,862.5; `|hours:0` for whole ones."""
    return formats.hours(_figure(value), int(places))


@register.filter
def money(value: object, places: int = 2) -> str:
    """Write yuan to the fen: ¥1,234.00; `|money:0` without."""
    return formats.money(_figure(value), int(places))


@register.filter
def money_short(value: object) -> str:
    """Write a large sum of yuan shortly: 138.6 万元, ¥1.39M."""
    return formats.money_short(_figure(value), get_language())


@register.filter
def percent(value: object, places: int = 1) -> str:
    """Write a ratio (0.8125) as 81.3%."""
    return formats.percent(_figure(value), int(places))


@register.filter
def minutes(value: int | None) -> str:
    """Write a length given in minutes: 45 分钟, 2.5 小时."""
    return formats.minutes(None if value is None else int(value), get_language())


@register.filter
def clock(value: datetime | None) -> str:
    """Write the time of day in Asia/Shanghai: 14:00."""
    return formats.clock(value)


@register.filter
def local_date(value: date | datetime | None) -> str:
    """Write a day in the reader's form."""
    return formats.local_date(value or None, get_language())


@register.filter
def local_datetime(value: datetime | None) -> str:
    """Write a moment in the reader's form, in Asia/Shanghai."""
    return formats.local_datetime(value or None, get_language())


@register.filter
def weekday(value: date | datetime | None) -> str:
    """Write the weekday of a day or moment: 周三, Wed."""
    return formats.weekday(value, get_language()) if value else formats.NOTHING


@register.filter
def month_name(value: date | datetime | None) -> str:
    """Write the month of a day: 11月, Nov."""
    return formats.month_name(value, get_language()) if value else formats.NOTHING


@register.filter
def clock_range(start: datetime, end: datetime) -> str:
    """Write an interval by its clock alone: 14:00–16:30, 22:00–次日 02:00."""
    return formats.clock_range(start, end, get_language())


@register.filter
def short_day(value: date | datetime | None) -> str:
    """Write day and weekday: 11月25日 周三, Wed 25 Nov; with the year when it is not this one."""
    return formats.short_day(value, get_language(), _today()) if value else formats.NOTHING


@register.filter
def day_month(value: date | datetime | None) -> str:
    """Write a day without its year: 11-25, 25 Nov."""
    return formats.day_month(value, get_language()) if value else formats.NOTHING


@register.filter
def phrased(text: str) -> SafeString:
    """Let a Chinese name break only between its phrases: after 及 or 与, and before the closing 仪器."""
    parts = re.split(r"(?<=[及与])|(?<=..)(?=分析仪器$)", text)
    return format_html_join("", '<span class="ph">{}</span>', ((part,) for part in parts))


@register.filter
def short_moment(value: datetime | None) -> str:
    """Write a moment for a sentence: 11月25日 周三 14:00, Wed 25 Nov 14:00."""
    return formats.short_moment(value, get_language(), _today()) if value else formats.NOTHING


@register.filter
def unbroken(text: object) -> SafeString:
    """Keep a date or time range on one line; one of two days may break between them."""
    parts = str(text).split(formats.BETWEEN_DAYS)
    return format_html_join(
        formats.BETWEEN_DAYS, '<span class="nowrap">{}</span>', [(part,) for part in parts]
    )


@register.filter
def time_range(value: Any, end: datetime | None = None) -> str:
    """Write an interval: `start|time_range:end`, or `booking|time_range` for anything with start and end."""
    if not value:
        return formats.NOTHING
    start, stop = (value, end) if isinstance(value, datetime) else (value.start, value.end)
    if stop is None:
        return formats.local_datetime(start, get_language())
    return formats.time_range(start, stop, get_language(), _today())


@register.filter
def localized(obj: object, field: str) -> str:
    """Give `<field>_zh` or `<field>_en` of an object by language, the other when it is empty."""
    if obj is None or obj == "":
        return ""
    suffixes = ("zh", "en") if formats.is_chinese(get_language()) else ("en", "zh")
    for suffix in suffixes:
        text = (
            obj.get(f"{field}_{suffix}") if isinstance(obj, dict) else getattr(obj, f"{field}_{suffix}", "")
        )
        if text:
            return str(text)
    return ""


@register.filter
def named(obj: object) -> str:
    """Give the name of an object in the reader's language, falling back to the other one."""
    return localized(obj, "name")


@register.simple_tag
@lru_cache(maxsize=1024)
def icon(name: str, extra: str = "") -> SafeString:
    """Draw a decorative Tabler icon: `{% icon "search" %}`; words beside it carry the meaning."""
    return format_html('<i class="ti ti-{}{}" aria-hidden="true"></i>', name, f" {extra}" if extra else "")


@register.simple_tag
def state_badge(state: object, kind: str = "", note: str = "") -> SafeString:
    """Show a state as icon, word and tone; `note` replaces the word (for "公示中，明天截止")."""
    return _badge(str(state), kind, str(note), get_language())


@lru_cache(maxsize=1024)
def _badge(state: str, kind: str, note: str, language: str | None) -> SafeString:
    """Draw a badge once for each state, note and language (the language decides the word)."""
    look = states.look_of(state, kind)
    return format_html(
        '<span class="state state-{}" data-state="{}"><i class="ti ti-{}" aria-hidden="true"></i>{}</span>',
        look.tone, state, look.icon, note or look.word,
    )  # fmt: skip


@register.simple_tag(takes_context=True)
def fragment(context: template.Context, name: str, **values: object) -> SafeString:
    """Draw a fragment of the pages within a page of the admin, with what the page knows and the values given."""
    known: dict[Any, Any] = context.flatten()
    return SafeString(render_to_string(name, known | values, context.get("request")))


@register.simple_tag
def state_word(state: object, kind: str = "") -> str:
    """Give only the word of a state, for sentences and cells."""
    return str(states.look_of(state, kind).word)


@register.filter
def of_all(hits: Sequence[Hit]) -> list[tuple[str, str | Promise]]:
    """Give the choices of the one question for everything that is hit."""
    return asked_of_all(hits)


@register.simple_tag
def illustration(class_code: object = "") -> SafeString:
    """Draw the line drawing of an instrument class; decorative, words beside it carry the meaning."""
    target = f"{static_address(illustrations.SPRITE)}#{illustrations.drawing_for(class_code)}"
    return format_html(
        '<svg class="ill" viewBox="0 0 120 96" aria-hidden="true"><use href="{}"></use></svg>', target
    )


def _query(context: template.Context) -> QueryDict:
    request = context.get("request")
    return request.GET if request is not None else QueryDict()


@register.simple_tag(takes_context=True)
def query_with(context: template.Context, **changes: object) -> str:
    """Write the query of this page with keys changed: `{% query_with sort="price" %}`; "" removes one."""
    return querystrings.with_changes(_query(context), **changes)


@register.simple_tag
def share_class(part: object, whole: object, steps: int = 100) -> str:
    """Name the width class of a bar (`w0`..`w100`) for part of whole: bars need no inline style."""
    numerator, denominator = _figure(part), _figure(whole)
    if not numerator or not denominator or denominator <= 0:
        return "w0"
    share = min(max(numerator / denominator, Decimal(0)), Decimal(1))
    return f"w{formats.rounded(share * steps, 0)}"


@register.simple_tag(takes_context=True)
def current_section(context: template.Context, url: str) -> SafeString:
    """Mark the menu entry under which the present page lies: ` aria-current="true"` or nothing."""
    request = context.get("request")
    if request is None or not url or not request.path.startswith(url):
        return SafeString("")
    return format_html(' aria-current="{}"', "page" if request.path == url else "true")


@register.simple_tag(takes_context=True)
def is_inside(context: template.Context, url: str) -> bool:
    """Tell whether the present page lies below an address, not at it."""
    request = context.get("request")
    return bool(request is not None and url and request.path.startswith(url) and request.path != url)


@register.filter
def page_numbers(paginator: Paginator[Any], number: int) -> list[int | None]:
    """Give the page numbers worth showing around the present one; None stands for a gap."""
    elided = paginator.get_elided_page_range(number, on_each_side=2, on_ends=1)
    return [page if isinstance(page, int) else None for page in elided]

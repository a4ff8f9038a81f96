"""How pages write names, makers, countries and the way to a booking."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from display.formats import is_chinese, short_day, weekday
from instruments.booking.queries.availability_ahead import DayAvailability
from instruments.booking.rules.free_slots import FreeSlot
from instruments.catalogue.queries.catalogue import Card
from instruments.inventory.models import Instrument

NOTHING_FREE = SafeString(' class="none"')
TWO_NAMES = re.compile(r"(?P<zh>[^（]+)（(?P<en>[ -~À-ɏ]+)）")
COUNTRIES = {
    "中国": _("China"),
    "美国": _("United States"),
    "日本": _("Japan"),
    "德国": _("Germany"),
    "英国": _("United Kingdom"),
    "法国": _("France"),
    "瑞士": _("Switzerland"),
    "瑞典": _("Sweden"),
    "荷兰": _("Netherlands"),
    "丹麦": _("Denmark"),
    "芬兰": _("Finland"),
    "挪威": _("Norway"),
    "奥地利": _("Austria"),
    "捷克": _("Czechia"),
    "意大利": _("Italy"),
    "西班牙": _("Spain"),
    "比利时": _("Belgium"),
    "卢森堡": _("Luxembourg"),
    "俄罗斯": _("Russia"),
    "以色列": _("Israel"),
    "加拿大": _("Canada"),
    "澳大利亚": _("Australia"),
    "韩国": _("South Korea"),
    "新加坡": _("Singapore"),
}


def maker(name: str) -> str:
    """Write a maker with the reader's own name of it first: 元素（Elementar）, in English Elementar (元素)."""
    both = TWO_NAMES.fullmatch(name)
    return name if both is None or is_chinese(get_language()) else f"{both['en']} ({both['zh']})"


def country(name: str) -> str:
    """Write a country of the record in the reader's language; one that is not on the list stays as it is."""
    return str(COUNTRIES.get(name.strip(), name))


def day_strip(strip: Sequence[DayAvailability]) -> SafeString:
    """Draw the free hours of the coming days as bars, with one sentence to be heard in their place."""
    language, today = get_language(), timezone.localdate()
    said = _("Free hours: %(days)s.") % {
        "days": ", ".join(f"{short_day(day.day, language, today)} {day.free_hours}" for day in strip)
    }
    cells = format_html_join(
        "",
        '<li{}><span class="rise"><i class="w{}"></i></span><small>{}</small></li>',
        (
            (NOTHING_FREE if not day.free_percent else "", day.free_percent, weekday_initial(day.day))
            for day in strip
        ),
    )
    return format_html(
        '<p class="visually-hidden">{}</p><ul class="day-strip" aria-hidden="true">{}</ul>', said, cells
    )


def booking_url(card: Card) -> str:
    """Return where the offered slot of a card is booked: the form of its instrument, filled in."""
    if card.slot is None:
        return f"{reverse('instruments:instrument', args=[card.instrument.code])}#book"
    return slot_url(card.instrument, card.slot)


def slot_url(instrument: Instrument, slot: FreeSlot) -> str:
    """Return where a slot is booked: the form of its instrument, filled in."""
    address = reverse("instruments:instrument", args=[instrument.code])
    times = {"start": slot.start.isoformat(), "end": slot.end.isoformat()}
    return f"{address}?{urlencode(times)}#book"


def weekday_initial(day: dt.date) -> str:
    """Write a weekday in one sign, for narrow cells: 三 in Chinese, W in English."""
    language = get_language()
    name = weekday(day, language)
    return name[-1] if is_chinese(language) else name[0]


def marked(text: str, words: Sequence[str]) -> SafeString | str:
    """Wrap every place where one of the words stands in <mark>, whatever its case; everything is escaped."""
    found = [re.escape(word) for word in words if word]
    if not found:
        return text
    parts = re.split(f"({'|'.join(found)})", text, flags=re.IGNORECASE)
    # Split by a group, every second part is a place that was found.
    shown = (format_html("<mark>{}</mark>", part) if n % 2 else part for n, part in enumerate(parts))
    return format_html_join("", "{}", ((part,) for part in shown))


FILTERS = {"maker": maker, "country": country, "weekday_initial": weekday_initial, "marked": marked}
FUNCTIONS = {"day_strip": day_strip, "booking_url": booking_url, "slot_url": slot_url}

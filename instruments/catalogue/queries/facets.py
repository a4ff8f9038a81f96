"""Queries room: how many instruments stand behind each choice of the catalogue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from display.formats import money_short
from instruments.availability.rules.presets import PRESETS
from instruments.catalogue.queries.filters import CatalogueFilters
from instruments.catalogue.queries.selection import Selection
from instruments.inventory.enums import SharingMode
from instruments.inventory.queries.labels import Label, labels
from instruments.inventory.rules.class_codes import subtree_prefix
from instruments.inventory.rules.value_bands import BANDS, ValueBand

PRICE_LIMITS = (100, 200, 500, 1000)
"""Prices in yuan an hour up to which one can ask."""
PRESET_NAMES = {
    "today": gettext_lazy("Today"),
    "tomorrow_morning": gettext_lazy("Tomorrow morning"),
    "tomorrow_afternoon": gettext_lazy("Tomorrow afternoon"),
    "week": gettext_lazy("Within seven days"),
}
_COUNTED = {
    "field": "field",
    "instrument_class": "class",
    "unit": "unit",
    "region": "region",
    "sharing_mode": "mode",
    "value_band": "band",
}
_ON = {True: ("on",), False: ()}


@dataclass(frozen=True)
class Option:
    """One choice: the value in the address, its name, how many instruments it would show, and whether it is chosen."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Facet:
    """One group of choices; `name` is the parameter in the address."""

    name: str
    title: str
    options: tuple[Option, ...]

    @property
    def chosen_count(self) -> int:
        """How many choices of this group are on."""
        return sum(option.chosen for option in self.options)


TITLES = {
    "free": pgettext_lazy("when free", "Free"),
    "max_price": gettext_lazy("Price for you"),
    "at_once": gettext_lazy("Confirmed at once"),
    "field": pgettext_lazy("of science", "Field"),
    "instrument_class": gettext_lazy("Class"),
    "unit": gettext_lazy("Unit"),
    "region": gettext_lazy("League or city"),
    "value_band": gettext_lazy("Original value"),
    "sharing_mode": gettext_lazy("Sharing mode"),
}


def counts(selection: Selection) -> dict[str, dict[str, int]]:
    """Count the instruments behind every value of every facet, each ignoring its own choice.

    Returns facet (by its parameter in the address) to value to count; zeros are left out.
    """
    attributes = selection.attributes
    found: dict[str, dict[str, int]] = {}
    for name, kind in _COUNTED.items():
        fitting = selection.fitting(name)
        counted: Counter[str] = Counter()
        for value, bits in attributes.values(kind).items():
            # Classes are counted by their second level.
            code = f"{str(value)[:4]}00" if kind == "class" else str(value)
            counted[code] += (bits & fitting).bit_count()
        found[name] = +counted
    fitting = selection.fitting("at_once")
    found["at_once"] = {"on": (selection.at_once & fitting).bit_count()}
    fitting = selection.fitting("max_price")
    found["max_price"] = {
        str(yuan): (selection.up_to(Decimal(yuan)) & fitting).bit_count() for yuan in PRICE_LIMITS
    }
    fitting = selection.fitting("free")
    found["free"] = {code: (selection.free_at(code) & fitting).bit_count() for code in PRESETS}
    return found


def facets(found: Mapping[str, Mapping[str, int]], filters: CatalogueFilters) -> list[Facet]:
    """Return counted facets in the reader's language, the fullest choices first.

    A chosen value is listed even where nothing is behind it, so that it can be taken back.
    """
    names = labels()
    classes = {code: label for code, label in names.classes.items() if code in found["instrument_class"]}
    return [
        _single("free", found["free"], PRESET_NAMES, filters.free),
        _named_facet("field", found["field"], names.fields, filters.fields),
        _named_facet(
            "instrument_class",
            found["instrument_class"],
            {**classes, **{code: names.classes[code] for code in filters.classes if code in names.classes}},
            filters.classes,
        ),
        _named_facet("unit", found["unit"], names.units, filters.units),
        _named_facet("region", found["region"], names.regions, filters.regions),
        _single("value_band", found["value_band"], {b.code: band_name(b) for b in BANDS}, filters.bands),
        _single(
            "max_price",
            found["max_price"],
            {str(yuan): _price_name(yuan) for yuan in PRICE_LIMITS},
            () if filters.max_price is None else (str(filters.max_price),),
        ),
        _single("at_once", found["at_once"], {"on": _("Without waiting for approval")}, _ON[filters.at_once]),
        _single(
            "sharing_mode",
            found["sharing_mode"],
            {mode.value: mode.label for mode in (SharingMode.EXTERNAL, SharingMode.INTERNAL)},
            filters.modes,
        ),
    ]


def band_name(band: ValueBand) -> str:
    """Write a band of original value in the reader's words and units."""
    language = get_language()
    low = money_short(band.low, language)
    if band.high is None:
        return _("%(low)s and more") % {"low": low}
    high = money_short(band.high, language)
    return (
        _("%(low)s to %(high)s") % {"low": low, "high": high}
        if band.low
        else _("Under %(high)s") % {"high": high}
    )


def _single(
    name: str, found: Mapping[str, int], names: Mapping[str, object], chosen: tuple[str, ...]
) -> Facet:
    """A facet whose few choices keep their order."""
    options = (Option(code, str(label), found.get(code, 0), code in chosen) for code, label in names.items())
    return Facet(name, str(TITLES[name]), tuple(options))


def _price_name(yuan: int) -> str:
    return _("Up to %(price)s an hour") % {"price": money_short(Decimal(yuan), get_language())}


def _named_facet(
    name: str, found: Mapping[str, int], names: Mapping[str, Label], chosen: tuple[str, ...]
) -> Facet:
    values = dict.fromkeys([*(code for code in found if code in names), *(c for c in chosen if c in names)])
    options = [Option(code, names[code].name, _count(name, code, found), code in chosen) for code in values]
    options.sort(key=lambda option: (not option.chosen, -option.count, option.value))
    return Facet(name, str(TITLES[name]), tuple(options))


def _count(name: str, code: str, found: Mapping[str, int]) -> int:
    if name != "instrument_class" or code in found:
        return found.get(code, 0)
    # A class of another level chosen in the address: what is known are the second-level counts below it.
    prefix = subtree_prefix(code)
    return sum(count for value, count in found.items() if value.startswith(prefix))

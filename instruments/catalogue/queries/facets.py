"""Queries room: how many instruments stand behind each choice of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Case, CharField, Count, F, QuerySet, Value, When
from django.db.models.functions import Concat, Substr
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from background.kept import kept
from display.formats import money_short
from instruments.booking.queries.free_days import forget_free_days
from instruments.catalogue.queries.filters import CatalogueFilters, band_condition, narrowed
from instruments.catalogue.rules.value_bands import BANDS, ValueBand
from instruments.inventory.enums import SharingMode
from instruments.inventory.models import Instrument
from instruments.inventory.queries.labels import Label, labels
from instruments.inventory.rules.class_codes import subtree_prefix

KEPT_SECONDS = 60
_KEY = "catalogue.facets"


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
    "field": pgettext_lazy("of science", "Field"),
    "instrument_class": gettext_lazy("Class"),
    "unit": gettext_lazy("Unit"),
    "region": gettext_lazy("League or city"),
    "value_band": gettext_lazy("Original value"),
    "sharing_mode": gettext_lazy("Sharing mode"),
}


def counts(
    instruments: QuerySet[Instrument],
    filters: CatalogueFilters,
    only: frozenset[int] | None = None,
) -> dict[str, dict[str, int]]:
    """Count the instruments behind every value of every facet, each ignoring its own choice, in one query.

    Returns facet (`field`, `class`, `unit`, `region`, `mode`, `band`) to value to count; zeros are left out.
    """
    keys = {
        "field": F("field_links__field__code"),
        "class": Concat(Substr("instrument_class__code", 1, 4), Value("00"), output_field=CharField()),
        "unit": F("unit__code"),
        "region": F("region__code"),
        "mode": F("sharing_mode"),
        "band": Case(
            *[When(band_condition(band.code), then=Value(band.code)) for band in BANDS],
            output_field=CharField(),
        ),
    }
    parts = [
        narrowed(instruments, filters, only=only, ignoring=facet)
        .order_by()
        .annotate(_facet=Value(facet, output_field=CharField()), _value=key)
        .values("_facet", "_value")
        .annotate(_count=Count("pk"))
        .values_list("_facet", "_value", "_count")
        for facet, key in keys.items()
    ]
    found: dict[str, dict[str, int]] = {facet: {} for facet in keys}
    for facet, value, count in parts[0].union(*parts[1:], all=True):
        if value is not None:
            found[facet][value] = count
    return found


def public_counts(filters: CatalogueFilters, only: frozenset[int] | None = None) -> dict[str, dict[str, int]]:
    """Count over the public catalogue; the counts of the whole catalogue are kept a minute."""
    if not filters.is_empty:
        return counts(Instrument.objects.public(), filters, only)
    return kept(_KEY, KEPT_SECONDS, lambda: counts(Instrument.objects.public(), filters))


def forget_public_counts() -> None:
    """Drop the kept counts and free days, after an instrument has come, gone or changed what it is counted by."""
    cache.delete(_KEY)
    forget_free_days()


def facets(found: Mapping[str, Mapping[str, int]], filters: CatalogueFilters) -> list[Facet]:
    """Return counted facets in the reader's language, the fullest choices first.

    A chosen value is listed even where nothing is behind it, so that it can be taken back.
    """
    names = labels()
    classes = {code: label for code, label in names.classes.items() if code in found["class"]}
    return [
        _named_facet("field", found["field"], names.fields, filters.fields),
        _named_facet(
            "instrument_class",
            found["class"],
            {**classes, **{code: names.classes[code] for code in filters.classes if code in names.classes}},
            filters.classes,
        ),
        _named_facet("unit", found["unit"], names.units, filters.units),
        _named_facet("region", found["region"], names.regions, filters.regions),
        Facet(
            "value_band",
            str(TITLES["value_band"]),
            tuple(
                Option(
                    band.code, band_name(band), found["band"].get(band.code, 0), band.code in filters.bands
                )
                for band in BANDS
            ),
        ),
        Facet(
            "sharing_mode",
            str(TITLES["sharing_mode"]),
            tuple(
                Option(
                    mode.value, str(mode.label), found["mode"].get(mode.value, 0), mode.value in filters.modes
                )
                for mode in (SharingMode.EXTERNAL, SharingMode.INTERNAL)
            ),
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

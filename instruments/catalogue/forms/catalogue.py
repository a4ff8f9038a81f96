"""Forms room: the parameters of the catalogue, the same for page and API."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from folding import characters, times
from folding.words import LONGEST_QUERY
from instruments.catalogue.queries.catalogue import LARGEST_PAGE, PAGE_SIZE, catalogue
from instruments.catalogue.queries.facets import PRESET_NAMES, PRICE_LIMITS, band_name
from instruments.catalogue.queries.filters import CatalogueFilters
from instruments.inventory.enums import InstrumentState, SharingMode
from instruments.inventory.models import Instrument
from instruments.inventory.queries.labels import Label, Labels, forget_labels, labels
from instruments.inventory.rules.value_bands import BANDS
from instruments.terms.rules.hours import EARLIEST, LATEST, is_convertible
from members.models import Region

LONGEST_WINDOW = dt.timedelta(days=62)
VIEWS = [
    ("cards", pgettext_lazy("way of showing", "Cards")),
    ("table", pgettext_lazy("way of showing", "Table")),
]
ORDERING_NAMES = [
    ("relevance", _("Best match")),
    ("code", _("Code")),
    ("name", _("Name")),
    ("-value", _("Most valuable first")),
    ("value", _("Least valuable first")),
    ("newest", _("Newest first")),
]
PAGE_ORDERINGS = [("earliest", _("Free first")), ("price", _("Lowest price first")), *ORDERING_NAMES]
FOUR_CITIES = "four_cities"


@dataclass(frozen=True)
class Wrong:
    """One wrong parameter: its name and what is wrong with it."""

    field: str
    message: str


class AwareMoment(forms.Field):
    """A moment in ISO 8601 with its offset; a naive one is refused rather than guessed."""

    folding = staticmethod(characters.line)

    default_error_messages = {
        "invalid": _("Give a time in ISO 8601 with its offset, such as 2026-03-02T08:00:00+08:00.")
    }

    def to_python(self, value: Any) -> dt.datetime | None:
        """Read the text. Raises ValidationError."""
        if value in self.empty_values:
            return None
        try:
            # A plus sign that nobody escaped reaches us as a blank.
            moment = times.moment(str(value).strip().replace(" ", "+"))
        except ValueError:
            moment = None
        if moment is None or timezone.is_naive(moment) or not is_convertible(moment):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return moment


class CodesField(forms.MultipleChoiceField):
    """One or more codes of a reference list; a code added a moment ago is known as well."""

    def __init__(self, *, known: Callable[[Labels], Iterable[Label]], **options: Any) -> None:
        self.known = known
        super().__init__(choices=self._choices, **options)

    def _choices(self) -> list[tuple[str, str]]:
        return [(label.code, label.name) for label in self.known(labels())]

    def valid_value(self, value: Any) -> bool:
        """Look the code up; read the list anew once before refusing it."""
        if any(label.code == value for label in self.known(labels())):
            return True
        forget_labels()
        return any(label.code == value for label in self.known(labels()))


class DaysField(forms.MultipleChoiceField):
    """One or more local days; the database and the clock can hold each of them."""

    default_error_messages = {"invalid_choice": _("%(value)s is not a day, such as 2026-03-02.")}

    def valid_value(self, value: Any) -> bool:
        """Read the day."""
        try:
            day = times.day(value)
        except ValueError:
            return False
        return EARLIEST.date() < day < LATEST.date()

    def clean(self, value: Any) -> Any:
        """Return the days in order. Raises ValidationError."""
        return sorted({times.day(day) for day in super().clean(value)})


class DaysFilter(django_filters.MultipleChoiceFilter):  # type: ignore[misc]
    """A filter by days; the narrowing itself is in the queries."""

    field_class = DaysField


class CodesFilter(django_filters.MultipleChoiceFilter):  # type: ignore[misc]
    """A filter over codes; the narrowing itself is in the queries."""

    field_class = CodesField


class MomentFilter(django_filters.Filter):  # type: ignore[misc]
    """A filter by an aware moment."""

    field_class = AwareMoment


class WholeNumberFilter(django_filters.NumberFilter):  # type: ignore[misc]
    """A filter by a whole number."""

    field_class = forms.IntegerField


class CatalogueForm(forms.Form):
    """What belongs together across parameters."""

    def clean(self) -> dict[str, Any]:
        """Check the ends of both ranges, and that a wanted time has both ends."""
        data = super().clean() or self.cleaned_data
        low, high = data.get("min_value"), data.get("max_value")
        if low is not None and high is not None and low > high:
            self.add_error("max_value", _("The upper value is below the lower one."))
        start, end = data.get("free_from"), data.get("free_to")
        if "free_from" in data and "free_to" in data and (start is None) != (end is None):
            missing = "free_to" if end is None else "free_from"
            self.add_error(missing, _("Give both ends of the time in which a slot should be free."))
        elif start is not None and end is not None:
            if end <= start:
                self.add_error("free_to", _("The end must be later than the start."))
            elif end - start > LONGEST_WINDOW:
                self.add_error("free_to", _("Choose at most 62 days."))
        return data


class CatalogueFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Every parameter of the catalogue. Repeat a key for several fields, classes, units, regions or modes."""

    q = django_filters.CharFilter(
        max_length=LONGEST_QUERY,
        label=_("Search"),
        error_messages={"max_length": _("Search for at most %(limit_value)d characters.")},
    )
    field = CodesFilter(known=lambda known: known.fields.values(), label=pgettext_lazy("of science", "Field"))
    instrument_class = CodesFilter(known=lambda known: known.classes.values(), label=_("Class"))
    unit = CodesFilter(known=lambda known: known.units.values(), label=_("Unit"))
    region = CodesFilter(known=lambda known: known.regions.values(), label=_("League or city"))
    sharing_mode = django_filters.MultipleChoiceFilter(choices=SharingMode.choices, label=_("Sharing mode"))
    state = django_filters.MultipleChoiceFilter(
        choices=InstrumentState.choices, label=pgettext_lazy("condition", "State")
    )
    value_band = django_filters.MultipleChoiceFilter(
        choices=lambda: [(band.code, band_name(band)) for band in BANDS], label=_("Original value")
    )
    min_value = django_filters.NumberFilter(
        label=_("Original value from (yuan)"),
        max_digits=14,
        decimal_places=2,
        validators=[MinValueValidator(0)],
    )
    max_value = django_filters.NumberFilter(
        label=_("Original value up to (yuan)"),
        max_digits=14,
        decimal_places=2,
        validators=[MinValueValidator(0)],
    )
    free_from = MomentFilter(label=_("Free from"))
    free_to = MomentFilter(label=_("Free until"))
    minutes = WholeNumberFilter(min_value=1, max_value=44_640, label=_("Length wanted (minutes)"))
    ordering = django_filters.ChoiceFilter(choices=ORDERING_NAMES, label=pgettext_lazy("of a list", "Order"))
    page = WholeNumberFilter(min_value=1, max_value=1_000_000, label=_("Page"))
    page_size = WholeNumberFilter(min_value=1, max_value=LARGEST_PAGE, label=_("Rows on a page"))

    class Meta:
        model = Instrument
        fields: list[str] = []
        form = CatalogueForm

    def __init__(self, data: Mapping[str, Any] | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__({} if data is None else data, *args, **kwargs)

    @property
    def problems(self) -> list[Wrong]:
        """Everything wrong with the parameters, unknown ones included; empty where all is well."""
        known = set(self.form.fields)
        wrong = [
            Wrong(name, str(_("There is no such parameter."))) for name in sorted(set(self.data) - known)
        ]
        for name, messages in self.form.errors.items():
            wrong += [Wrong(str(name), str(message)) for message in messages]
        return wrong

    def is_valid(self) -> bool:
        """Say whether every parameter is known and makes sense."""
        return not self.problems

    @property
    def errors(self) -> dict[str, list[str]]:
        """The problems by parameter."""
        found: dict[str, list[str]] = {}
        for wrong in self.problems:
            found.setdefault(wrong.field, []).append(wrong.message)
        return found

    @property
    def told(self) -> list[Wrong]:
        """The problems in words for people: each under the label of its field, repetitions left out."""
        labels_of = {name: str(field.label) for name, field in self.form.fields.items()}
        return list(dict.fromkeys(Wrong(labels_of.get(w.field, w.field), w.message) for w in self.problems))

    @cached_property
    def chosen(self) -> CatalogueFilters:
        """What was chosen; a wrong parameter narrows nothing, so that a page can show the rest."""
        self.form.is_valid()
        data = self.form.cleaned_data
        return CatalogueFilters(
            q=data.get("q") or "",
            fields=tuple(data.get("field") or ()),
            classes=tuple(data.get("instrument_class") or ()),
            units=tuple(data.get("unit") or ()),
            regions=tuple(data.get("region") or ()),
            modes=tuple(data.get("sharing_mode") or ()),
            states=tuple(data.get("state") or ()),
            bands=tuple(data.get("value_band") or ()),
            min_value=_decimal(data.get("min_value")),
            max_value=_decimal(data.get("max_value")),
            max_price=_decimal(data.get("max_price")),
            at_once=bool(data.get("at_once")),
            free_from=data.get("free_from"),
            free_to=data.get("free_to"),
            free=tuple(data.get("free") or ()),
            days=tuple(data.get("day") or ()),
            minutes=data.get("minutes"),
            any_hour=bool(data.get("hours")),
            ordering=data.get("ordering") or "",
        )

    @property
    def page_number(self) -> int:
        """The page asked for, 1 where none or nonsense."""
        self.form.is_valid()
        return int(self.form.cleaned_data.get("page") or 1)

    @property
    def rows_on_a_page(self) -> int:
        """The page size asked for, or the usual one."""
        self.form.is_valid()
        return int(self.form.cleaned_data.get("page_size") or PAGE_SIZE)

    def filter_queryset(self, queryset: QuerySet[Instrument]) -> QuerySet[Instrument]:
        """Return the public catalogue as chosen; the given queryset is not looked at."""
        return catalogue(self.chosen, timezone.now())


class PageFilter(CatalogueFilter):
    """What the page takes beyond the API: the view, more orders, times by day and by word, prices and approval."""

    view = django_filters.ChoiceFilter(choices=VIEWS, label=pgettext_lazy("way of showing", "View"))
    day = DaysFilter(label=_("Free on"))
    free = django_filters.MultipleChoiceFilter(
        choices=list(PRESET_NAMES.items()), label=pgettext_lazy("when free", "Free")
    )
    hours = django_filters.ChoiceFilter(choices=[("any", _("Nights and weekends too"))], label=_("Hours"))
    max_price = django_filters.ChoiceFilter(
        choices=[(str(yuan), str(yuan)) for yuan in PRICE_LIMITS], label=_("Price for you")
    )
    at_once = django_filters.ChoiceFilter(
        choices=[("on", _("Without waiting for approval"))],
        label=_("Confirmed at once"),
    )
    ordering = django_filters.ChoiceFilter(choices=PAGE_ORDERINGS, label=pgettext_lazy("of a list", "Order"))

    @property
    def view_name(self) -> str:
        """`cards` or `table`."""
        self.form.is_valid()
        return self.form.cleaned_data.get("view") or "cards"


def filled(query: QueryDict) -> QueryDict:
    """Return the parameters that say something: a form sends its empty fields as well.

    The finder's one choice of an area becomes the regions it stands for: a code, or the four cities.
    """
    kept = QueryDict(mutable=True)
    for name, values in query.lists():
        if said := [value for value in values if value]:
            kept.setlist(name, said)
    if areas := kept.pop("area", []):
        codes = regions_of(areas[0]) if len(areas) == 1 else areas
        kept.setlist("region", [*kept.getlist("region"), *codes])
    return kept


def regions_of(area: str) -> list[str]:
    """Return the codes of the regions that an area stands for: a code itself, or the four cities."""
    if area != FOUR_CITIES:
        return [area]
    return list(Region.objects.filter(hu_bao_e_wu=True).values_list("code", flat=True))


def _decimal(value: Any) -> Decimal | None:
    return None if value in {None, ""} else Decimal(value)

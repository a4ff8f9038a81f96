"""The public catalogue, for programs."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from display.stamps import kept_while
from folding.api import Serializer
from instruments.catalogue.forms.catalogue import CatalogueFilter
from instruments.catalogue.queries.catalogue import catalogue
from instruments.catalogue.queries.filters import ORDERINGS
from instruments.inventory.enums import InstrumentState, SharingMode
from instruments.inventory.guarded import instrument_for
from instruments.inventory.models import ApplicationField, Instrument
from instruments.terms.models import BookingPolicy, OpeningException, OpeningPeriod
from instruments.terms.queries.policy import policy_of
from instruments.terms.queries.rates import price_list
from members.enums import UserCategory
from webapi.fields import InstantField
from webapi.paging import PAGE_DOCS
from webapi.schema import paged
from webapi.versions import fingerprinted
from webapi.views import ListView, PublicView, as_resource, many

TAGS = ["catalogue"]
LONGEST_KEPT = 400
"""Characters of an address whose answer is kept."""
SHOWN = (
    "code", "name_zh", "name_en", "model", "manufacturer", "original_value", "sharing_mode", "state", "station_count"
)  # fmt: skip
"""The columns that a row of the list shows."""
FILTER_DOCS = [
    OpenApiParameter("q", str, description="Words in Chinese or English; every word must occur."),
    OpenApiParameter("field", str, description="Code; repeat for any of several.", many=True, explode=True),
    OpenApiParameter(
        "instrument_class", str, description="Code, with all classes below it.", many=True, explode=True
    ),
    OpenApiParameter("unit", str, description="Code.", many=True, explode=True),
    OpenApiParameter("region", str, description="Code.", many=True, explode=True),
    OpenApiParameter("sharing_mode", str, enum=SharingMode.values, many=True, explode=True),
    OpenApiParameter("state", str, enum=InstrumentState.values, many=True, explode=True),
    OpenApiParameter("value_band", str, many=True, explode=True),
    OpenApiParameter("min_value", OpenApiTypes.DECIMAL, description="Yuan."),
    OpenApiParameter("max_value", OpenApiTypes.DECIMAL, description="Yuan."),
    OpenApiParameter("free_from", OpenApiTypes.DATETIME, description="With `free_to`: has a free slot."),
    OpenApiParameter("free_to", OpenApiTypes.DATETIME),
    OpenApiParameter("minutes", int, description="Length of the free slot."),
    OpenApiParameter("ordering", str, enum=list(ORDERINGS)),
    *PAGE_DOCS,
]


class InstrumentSerializer(Serializer[Instrument]):
    """A row of the catalogue."""

    code = serializers.CharField()
    name_zh = serializers.CharField()
    name_en = serializers.CharField()
    unit = serializers.CharField(source="unit.code")
    region = serializers.CharField(source="region.code")
    fields = serializers.SerializerMethodField("get_field_codes")  # type: ignore[assignment]
    instrument_class = serializers.CharField(source="instrument_class.code")
    model = serializers.CharField()
    manufacturer = serializers.CharField()
    original_value = serializers.DecimalField(max_digits=14, decimal_places=2)
    sharing_mode = serializers.ChoiceField(SharingMode.choices)
    state = serializers.ChoiceField(InstrumentState.choices)
    stations = serializers.IntegerField(source="station_count")

    def get_field_codes(self, instrument: Instrument) -> list[str]:
        """Return the codes of the application fields."""
        return sorted(field.code for field in instrument.fields.all())


class OpeningSerializer(Serializer[OpeningPeriod]):
    """One stretch of the week; `weekday` runs from 1 (Monday) to 7, `closes` may be 24:00."""

    weekday = serializers.SerializerMethodField()
    opens = serializers.SerializerMethodField()
    closes = serializers.SerializerMethodField()

    def get_weekday(self, period: OpeningPeriod) -> int:
        """Return the day as ISO 8601 counts it."""
        return period.weekday + 1

    def get_opens(self, period: OpeningPeriod) -> str:
        """Return hours and minutes."""
        return _clock(period.opens)

    def get_closes(self, period: OpeningPeriod) -> str:
        """Return hours and minutes."""
        return _clock(period.closes)


class OpeningExceptionSerializer(Serializer[OpeningException]):
    """A dated exception to the week."""

    start = InstantField()
    end = InstantField()
    open = serializers.BooleanField(source="is_open")
    reason = serializers.CharField()


class PolicySerializer(Serializer[BookingPolicy]):
    """The rules of booking."""

    approval_required = serializers.BooleanField()
    shortest_minutes = serializers.IntegerField()
    longest_minutes = serializers.IntegerField()
    step_minutes = serializers.IntegerField()
    notice_minutes = serializers.IntegerField()
    horizon_days = serializers.IntegerField()
    cancel_cutoff_minutes = serializers.IntegerField()
    request_expiry_hours = serializers.IntegerField()
    check_in_early_minutes = serializers.IntegerField()
    no_show_minutes = serializers.IntegerField()


class RateSerializer(Serializer[None]):
    """A price per hour for one user category."""

    category = serializers.ChoiceField(UserCategory.choices)
    yuan_per_hour = serializers.DecimalField(max_digits=10, decimal_places=2)


class InstrumentDetailSerializer(InstrumentSerializer):
    """One instrument with all a user needs to know."""

    description_zh = serializers.CharField()
    description_en = serializers.CharField()
    technical = serializers.CharField()
    functions = serializers.CharField()
    services = serializers.CharField()
    requirements = serializers.CharField()
    achievements = serializers.CharField()
    fee_note = serializers.CharField()
    department = serializers.CharField()
    country = serializers.CharField()
    started_on = serializers.DateField()
    state_note = serializers.CharField()
    address = serializers.CharField()
    longitude = serializers.DecimalField(max_digits=8, decimal_places=5, allow_null=True)
    latitude = serializers.DecimalField(max_digits=8, decimal_places=5, allow_null=True)
    contact_name = serializers.CharField()
    contact_phone = serializers.CharField()
    contact_email = serializers.CharField()
    opening_hours = serializers.SerializerMethodField()
    opening_exceptions = serializers.SerializerMethodField()
    policy = serializers.SerializerMethodField()
    rates = serializers.SerializerMethodField()

    @extend_schema_field(OpeningSerializer(many=True))
    def get_opening_hours(self, instrument: Instrument) -> list[Any]:
        """Return the week that holds today."""
        today = timezone.localdate()
        rows = OpeningPeriod.objects.touching(today, today).filter(instrument=instrument)
        return many(OpeningSerializer, rows.order_by("weekday", "opens"))

    @extend_schema_field(OpeningExceptionSerializer(many=True))
    def get_opening_exceptions(self, instrument: Instrument) -> list[Any]:
        """Return the exceptions that are not over."""
        rows = instrument.opening_exceptions.filter(end__gt=timezone.now()).order_by("start")[:100]
        return many(OpeningExceptionSerializer, rows)

    @extend_schema_field(PolicySerializer)
    def get_policy(self, instrument: Instrument) -> dict[str, Any]:
        """Return the instrument's rules, or the network's where it has none of its own."""
        return as_resource(PolicySerializer, policy_of(instrument))

    @extend_schema_field(RateSerializer(many=True))
    def get_rates(self, instrument: Instrument) -> list[dict[str, str]]:
        """Return today's price for each user category that has one."""
        today = price_list(instrument, timezone.localdate())
        return [
            {"category": category, "yuan_per_hour": str(today[category])}
            for category in UserCategory.values
            if category in today
        ]


class InstrumentList(ListView, PublicView):
    """The public catalogue."""

    query_parameters = frozenset(CatalogueFilter.base_filters)

    @extend_schema(
        operation_id="instruments", parameters=FILTER_DOCS, responses=paged(InstrumentSerializer), tags=TAGS
    )
    def get(self, request: Request) -> Response:
        """List the instruments that fit every filter: the same for every caller, so it is made once a minute.

        Free time is as it is at this moment, and asked anew.
        """
        asked = request.build_absolute_uri()
        if len(asked) > LONGEST_KEPT or {"free_from", "free_to"} & set(request.query_params):
            return Response(self._listed(request))
        return Response(
            kept_while(
                f"api.instruments.{asked}", ("instruments", "units", "lists"), lambda: self._listed(request)
            )
        )

    def _listed(self, request: Request) -> Any:
        filters = CatalogueFilter(request.query_params)
        if not filters.is_valid():
            raise ValidationError(filters.errors)
        rows = _shown_alone(catalogue(filters.chosen, timezone.now()))
        return self.page(rows, lambda chosen: many(InstrumentSerializer, chosen)).data


def _shown_alone(instruments: QuerySet[Instrument]) -> QuerySet[Instrument]:
    """Read what a row of the list shows, and nothing else: a hundred rows have six thousand columns."""
    codes = ("unit", "region", "instrument_class")
    return (
        instruments.select_related(None)
        .prefetch_related(None)
        .defer(None)
        .select_related(*codes)
        .only(*SHOWN, *(f"{name}__code" for name in codes))
        .prefetch_related(Prefetch("fields", ApplicationField.objects.only("code")))
    )


class InstrumentDetail(PublicView):
    """One instrument."""

    @extend_schema(operation_id="instrument", responses=InstrumentDetailSerializer, tags=TAGS)
    def get(self, request: Request, code: str) -> Response:
        """Return one instrument; those that are not shared answer only their own people."""
        shown = InstrumentDetailSerializer(instrument_for(request.user, code))
        return fingerprinted(Response(shown.data))


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"

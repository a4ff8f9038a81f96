"""Free time as a feed that other programs follow: Realtime Paged Data Exchange 1.0."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from folding.api import Serializer
from instruments.opendata.queries import PAGE, page_after
from instruments.opendata.wording import rpde_page
from webapi.views import PublicView

TYPE = "application/vnd.openactive.rpde+json; version=1"
FULL_KEPT, LAST_KEPT = 3600, 30
MOST = 2**63 - 1


class PlaceSerializer(Serializer[None]):
    """A place in the feed: both halves of it, or none for the beginning."""

    afterTimestamp = serializers.IntegerField(required=False, min_value=0, max_value=MOST)
    afterId = serializers.IntegerField(required=False, min_value=0, max_value=MOST)

    def validate(self, attrs: dict[str, int]) -> dict[str, int]:
        """Refuse half a place."""
        if len(attrs) == 1:
            missing = "afterId" if "afterTimestamp" in attrs else "afterTimestamp"
            raise serializers.ValidationError({missing: [_("This parameter goes with the other one.")]})
        return attrs


class ItemSerializer(Serializer[None]):
    """A change of one span; `data` is an OpenActive Slot, missing where the span is gone."""

    state = serializers.ChoiceField(["updated", "deleted"])
    kind = serializers.CharField()
    id = serializers.IntegerField()
    modified = serializers.IntegerField()
    data = serializers.DictField(required=False)  # type: ignore[assignment]  # the name is given


class PageSerializer(Serializer[None]):
    """A page of changes, oldest first; the last one is empty and leads to itself."""

    next = serializers.URLField()
    items = ItemSerializer(many=True)
    license = serializers.URLField()


class OpenSlots(PublicView):
    """The free time of all instruments that are open to everybody, fourteen days ahead."""

    query_parameters = frozenset({"afterTimestamp", "afterId"})

    @extend_schema(
        operation_id="open_slots",
        parameters=[
            OpenApiParameter("afterTimestamp", int, description="`modified` of the last item that was read."),
            OpenApiParameter("afterId", int, description="`id` of the last item that was read."),
        ],
        responses={(200, "application/vnd.openactive.rpde+json"): PageSerializer},
        tags=["catalogue"],
    )
    def get(self, request: Request) -> Response:
        """Return what has changed behind a place: follow `next` to the end, and go on from there later."""
        place = PlaceSerializer(data=request.query_params.dict())
        place.is_valid(raise_exception=True)
        modified, pk = (place.validated_data.get(name) for name in ("afterTimestamp", "afterId"))
        rows = page_after(modified, pk)
        address = settings.SITE_URL + reverse("api-open-slots")
        here = address if modified is None else f"{address}?afterTimestamp={modified}&afterId={pk}"
        kept = FULL_KEPT if len(rows) == PAGE else LAST_KEPT
        return Response(
            rpde_page(rows, here, address),
            content_type=TYPE,
            headers={"Cache-Control": f"public, max-age={kept}"},
        )

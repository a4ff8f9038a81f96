"""Views room: up to four instruments side by side."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from instruments.catalogue.queries.catalogue import Card, cards_of, with_names
from instruments.catalogue.queries.filters import CatalogueFilters
from instruments.catalogue.queries.selection import Selection
from instruments.inventory.models import Instrument
from members.kept_pages import kept_for_readers

MOST_COMPARED = 4


@dataclass(frozen=True)
class Column:
    """One instrument of the comparison, and the query of the page without it."""

    card: Card
    without: str


@require_safe
@kept_for_readers(60, lambda: ["instruments", "units"])
def compare(request: HttpRequest) -> HttpResponse:
    """Put up to four public instruments side by side; a fifth is refused in words and the four stay."""
    codes = list(dict.fromkeys(code for code in request.GET.getlist("code") if "\0" not in code))
    if len(codes) > MOST_COMPARED:
        messages.warning(
            request,
            _("At most %(most)d instruments can be compared; the first ones are shown.")
            % {"most": MOST_COMPARED},
        )
    chosen = codes[:MOST_COMPARED]
    rows = {row.code: row for row in with_names(Instrument.objects.public().filter(code__in=chosen))}
    selection = Selection(CatalogueFilters(), request.user, timezone.now())
    cards = cards_of([rows[code] for code in chosen if code in rows], selection)
    columns = [Column(card, _without(cards, card)) for card in cards]
    return render(request, "instruments/catalogue/compare.html", {"cards": cards, "columns": columns})


def _without(cards: list[Card], gone: Card) -> str:
    rest = QueryDict(mutable=True)
    rest.setlist("code", [card.instrument.code for card in cards if card is not gone])
    return rest.urlencode()

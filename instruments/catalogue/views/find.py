"""Views room: the finder: from a question or a technique to slots that can be booked at once."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from instruments.catalogue.forms.catalogue import FOUR_CITIES
from instruments.catalogue.forms.finding import LENGTHS, ORDERS, FindForm
from instruments.catalogue.queries.facets import PRICE_LIMITS
from instruments.catalogue.queries.finding import find as answer_of
from instruments.catalogue.rules.question_words import matching_questions
from instruments.catalogue.rules.questions import questions
from instruments.catalogue.views.waiting import wait_address
from instruments.inventory.queries.labels import labels
from members.models import Person

MOST_QUESTIONS = 4
SHOWN_FIRST = (
    "rare-earth-impurity", "coal-heating-value", "milk-melamine-adulteration", "steel-composition-grade",
    "soil-heavy-metal", "forage-alfalfa-silage", "mongolian-medicine-herbal", "lithium-battery-electrode",
)  # fmt: skip
"""Questions offered before anything is typed."""


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Show what is free as wished; words are taken as a question too, and each answer says what it cannot do."""
    person = request.user
    home = person.home_unit.region.code if isinstance(person, Person) and person.home_unit else ""
    form = FindForm(request.GET, home=home)
    language = get_language() or "zh"
    technique, words = form.chosen_technique, form.said("q") or ""
    asked = matching_questions(words, language, MOST_QUESTIONS) if words and technique is None else []
    known = questions(language)
    filters = form.filters
    answer = answer_of(filters, person, timezone.now(), technique, asked)
    first, last = form.days
    context = {
        "form": form,
        "filters": filters,
        "answer": answer,
        "technique": technique,
        "proposed": answer.proposed,
        "wait_address": wait_address(form, answer.proposed.code if answer.proposed else ""),
        "words": words,
        "first": first,
        "last": last,
        "examples": [] if words or technique else [known[code] for code in SHOWN_FIRST if code in known],
        "lengths": LENGTHS,
        "orders": ORDERS,
        "prices": PRICE_LIMITS,
        "regions": labels().regions.values(),
        "four_cities": FOUR_CITIES,
    }
    swapped = request.headers.get("HX-Target") == "find-answer"
    page = "instruments/catalogue/partials/find_answer.html" if swapped else "instruments/catalogue/find.html"
    response = render(request, page, context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response

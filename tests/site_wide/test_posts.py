"""What is sent: nothing counts without the form's token, and every address that only takes forms leads to its page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from audit.models import Entry
from tests.site_wide.permission_targets import target
from tests.site_wide.test_permission_table import HAND_WRITTEN, MODEL_PAGES, MODELS, REGISTERED, model_route
from tests.site_wide.world import World, making_world

pytestmark = pytest.mark.django_db

PAGES = [row for row in HAND_WRITTEN if not row.route.startswith(("api-", "/api/"))]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The small world of the permission table."""
    yield from making_world(django_db_blocker)


def addresses(world: World) -> dict[str, str]:
    """One address of every route outside the programming interface."""
    found = {row.route: target(world, row.label)[0] for row in PAGES}
    for label in MODELS:
        row = REGISTERED[label]._default_manager.order_by("-pk").first()
        for page in MODEL_PAGES:
            arguments = [] if page in {"changelist", "add"} else [row.pk]
            found[model_route(label, page)] = reverse(model_route(label, page), args=arguments)
    return found


def signed_in(world: World, role: str, **options: Any) -> Client:
    """A browser of somebody of that role."""
    client = Client(raise_request_exception=True, **options)
    client.cookies["sessionid"] = world.sessions[role]
    return client


@pytest.mark.parametrize("role", ["researcher", "manager", "superuser"])
def test_a_form_without_its_token_is_refused_everywhere(world, role):
    """A foreign site can send our forms, but not their token: 403 at every address, and nothing is written."""
    client = signed_in(world, role, enforce_csrf_checks=True)
    before = Entry.objects.count()
    through = {}
    for route, address in addresses(world).items():
        with transaction.atomic():
            answer = client.post(address, {"name": "x", "days": "30", "phone": "1", "language": "en"})
            transaction.set_rollback(True)
        if answer.status_code != 403 or "403_csrf.html" not in [one.name for one in answer.templates]:
            through[route] = answer.status_code
    assert through == {}
    assert Entry.objects.count() == before


def test_a_form_with_its_token_passes(world):
    """The control: it is the token that makes the difference."""
    client = signed_in(world, "researcher", enforce_csrf_checks=True)
    client.get(reverse("portal:account"))
    token = client.cookies["csrftoken"].value
    address = reverse("portal:tokens")
    assert client.post(address, {}).status_code == 403
    assert client.post(address, {"csrfmiddlewaretoken": token}).status_code == 422


@pytest.mark.parametrize("role", ["anonymous", "manager", "superuser"])
def test_opening_an_address_of_a_form_leads_to_its_page(world, role):
    """A GET never ends at a bare 405: it leads to the page, or to the log-in that leads there."""
    stuck = {}
    for row in (row for row in PAGES if row.method == "POST"):
        client = Client() if role == "anonymous" else signed_in(world, role)
        address, _body = target(world, row.label)
        with transaction.atomic():
            answer = client.get(address, follow=True)
            transaction.set_rollback(True)
        # Whoever may not see the page is told what anybody is told there.
        if answer.status_code not in {200, 403, 404}:
            stuck[row.label] = answer.status_code
        if role == "superuser" and answer.status_code != 200:
            stuck[row.label] = answer.status_code
    assert stuck == {}


@pytest.mark.parametrize(
    ("route", "page"),
    [
        ("instruments:set_opening", "instruments:terms"),
        ("instruments:remove_rate", "instruments:terms"),
        ("instruments:end_steward", "instruments:stewards"),
        ("instruments:maintenance", "instruments:desk"),
        ("members:invite", "members:people"),
        ("members:end_role", "members:people"),
        ("notices:read", "notices:list"),
        ("portal:revoke_token", "portal:tokens"),
    ],
)
def test_it_is_the_page_with_the_form(world, route, page):
    """Not some other one; a POST that no page takes stays a 405."""
    found = addresses(world)
    answer = signed_in(world, "superuser").get(found[route], follow=True)
    assert answer.redirect_chain[-1] == (found[page], 302)
    assert signed_in(world, "superuser").post(reverse("portal:home")).status_code == 405


def test_one_object_s_steps_lead_to_that_object(world):
    """A run, a booking and a round each to its own page."""
    run, booking, round_ = world.runs["usage"].pk, world.bookings["due"].pk, world.rounds["draft"].pk
    client = signed_in(world, "superuser")
    change = reverse("admin:evaluations_round_change", args=[round_])
    for address, page in (
        (reverse("reporting:cancel", args=[run]), reverse("reporting:run", args=[run])),
        (reverse("instruments:booking_act", args=[booking, "cancel"]), f"/bookings/{booking}/#cancel"),
        (reverse("admin:evaluations_round_report", args=[round_, "pdf"]), change),
    ):
        assert client.get(address, follow=True).redirect_chain[-1][0] == page

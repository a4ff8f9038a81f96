"""Addresses no page of ours has: a missing page or a named mistake, never an error of the server."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from tests.factories.members import AdminFactory, UnitFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("query", ["q=%00", "region=%00", "kind=%00", "q=" + "x" * 5000, "region=' OR 1=1"])
def test_the_directory_is_narrowed_by_sense_alone(client, query):
    """What cannot be looked for narrows nothing; what is too long neither."""
    UnitFactory(name_zh="草原大学")
    assert client.get(f"/units/?{query}").status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/units/%00/", "/instruments/A%00/", "/evaluations/of/%00/", "/admin/members/person/%00/change/"],
)
def test_a_zero_byte_in_the_path_is_a_missing_page(path):
    """PostgreSQL refuses such a text; nobody sees that."""
    client = Client()
    client.force_login(AdminFactory())
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "query",
    ["members/person/?q=%00", "members/person/?is_active__exact=%00", "instruments/booking/?state__exact=%00",
     "autocomplete/?term=%00&app_label=members&model_name=person&field_name=home_unit"],
)  # fmt: skip
def test_filters_of_the_admin_meet_no_zero_byte(query):
    """Nor do those of the admin."""
    client = Client()
    client.force_login(AdminFactory())
    assert client.get(f"/admin/{query}").status_code == 404


RELATIONS = sorted(
    (model._meta.label_lower, field.name)
    for model in admin.site._registry
    for field in model._meta.get_fields()
    if field.many_to_one or (field.many_to_many and not field.auto_created)
)


@pytest.mark.parametrize("value", ["x", " ", "1,x", "-1", "9" * 30, "1e3", "999999", "١"])
def test_an_add_page_of_the_admin_takes_no_nonsense(value):
    """Every relation of every model, from the address and from a form: what names no row leaves the field empty."""
    client = Client()
    client.force_login(AdminFactory())
    got = {
        (label, field): client.get(
            reverse(f"admin:{label.replace('.', '_')}_add"), {field: value}
        ).status_code
        for label, field in RELATIONS
    }
    got |= {
        (label, field, "sent"): client.post(
            reverse(f"admin:{label.replace('.', '_')}_add"), {field: value}
        ).status_code
        for label, field in RELATIONS
    }
    assert {key: status for key, status in got.items() if status not in {200, 403}} == {}
    assert got["members.unitrole", "unit"] == got["instruments.stewardship", "instrument"] == 200


def test_an_add_page_of_the_admin_is_filled_in_from_its_address():
    """The control: what names a row is chosen."""
    unit = UnitFactory(name_zh="草原大学")
    client = Client()
    client.force_login(AdminFactory())
    shown = client.get(reverse("admin:members_unitrole_add"), {"unit": unit.pk}).content.decode()
    assert f'<option value="{unit.pk}" selected>' in shown

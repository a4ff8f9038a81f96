"""Addresses no page of ours has: a missing page or a named mistake, never an error of the server."""

from __future__ import annotations

import pytest
from django.test import Client

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

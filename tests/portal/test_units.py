"""The directory of units and the page of one."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from members.enums import UnitState
from tests.factories.evaluations import make_story
from tests.factories.instruments import make_instrument
from tests.factories.members import UnitFactory, make_manager

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ({}, ["OPEN", "SHUT"]),
        ({"q": "开放"}, ["OPEN"]),
        ({"q": "shut"}, ["SHUT"]),
        ({"region": "150100"}, ["OPEN"]),
        ({"region": "150100", "q": "封闭"}, []),
        ({"kind": "nonsense"}, []),
    ],
)
def test_the_directory_narrows(client, network, query, codes):
    """By name, code, place and kind; the fullest first."""
    answer = client.get(reverse("portal:units"), query)
    assert [unit.code for unit in answer.context["units"]] == codes
    assert answer.context["shared_total"] == (2 if "OPEN" in codes else 0)


def test_figures_of_a_unit_are_exact(client, network):
    """This year 20 hours, 15 of them external (75 %), 450.50 yuan; last year 7 hours, all external."""
    this_year, last_year = client.get(reverse("portal:unit", args=["OPEN"])).context["years"]
    assert (this_year.effective_hours, this_year.external_hours) == (Decimal("20.00"), Decimal("15.00"))
    assert (this_year.sharing_percent, this_year.external_income) == (Decimal("75.0"), Decimal("450.50"))
    assert (this_year.registered, this_year.shared) == (2, 2)
    assert (last_year.effective_hours, last_year.sharing_percent) == (Decimal("7.00"), Decimal("100.0"))


def test_a_unit_without_hours_divides_by_nothing(client, network):
    """No hours: a rate of 0; the hidden instrument is registered and not listed."""
    answer = client.get(reverse("portal:unit", args=["SHUT"]))
    row = answer.context["this_year"]
    assert (row.sharing_percent, row.registered, row.shared) == (0, 1, 0)
    assert list(answer.context["page"]) == []


def test_who_has_left_is_not_there(client, network):
    """Neither in the directory nor by address; nor is a code that nobody has."""
    UnitFactory(code="GONE", state=UnitState.LEFT)
    assert "GONE" not in [unit.code for unit in client.get(reverse("portal:units")).context["units"]]
    assert client.get(reverse("portal:unit", args=["GONE"])).status_code == 404
    assert client.get(reverse("portal:unit", args=["NOBODY"])).status_code == 404


def test_only_its_manager_is_led_to_the_house(client, network):
    """The inventory of the unit is offered to its manager alone."""
    open_unit, shut_unit = network
    house = reverse("instruments:inventory", args=["OPEN"])
    for person, led in ((None, False), (make_manager(shut_unit), False), (make_manager(open_unit), True)):
        client.logout()
        if person is not None:
            client.force_login(person)
        assert (house in client.get(reverse("portal:unit", args=["OPEN"])).content.decode()) is led


def test_results_stay_hidden_until_published(client, monday):
    """A round that still collects shows nothing."""
    make_story()
    assert client.get(reverse("portal:unit", args=["AAA"])).context["results"] == []


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_do_not_grow(client, network, django_assert_num_queries, rows):
    """The same for one more unit and instrument as for three more."""
    open_unit, _shut = network
    for _number in range(rows):
        make_instrument(unit=open_unit)
        UnitFactory()
    with django_assert_num_queries(2):
        client.get(reverse("portal:units"))
    with django_assert_num_queries(10):
        client.get(reverse("portal:unit", args=["OPEN"]))

"""Desk and unit's pages lead to the calendar of what they show; nobody is offered another's."""

import pytest
from django.urls import reverse

from instruments.calendars.enums import FeedKind
from instruments.calendars.permissions import Followed
from members.enums import UnitRoleKind
from tests.factories.instruments import make_instrument, make_steward
from tests.factories.members import PersonFactory, UnitRoleFactory, make_manager

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

PAGE = reverse("instruments:calendars")


def choices(client, person, query=""):
    """What the page of calendars offers a person, and the anchors that stand on it."""
    client.force_login(person)
    answer = client.get(f"{PAGE}{query}")
    shown = answer.context["choices"]
    assert all(f'id="{one.anchor}"' in answer.content.decode() for one in shown)
    return [one.followed for one in shown]


def test_the_desk_leads_to_the_instruments_one_keeps(client, instrument):
    """To that place of the page on which the address is made."""
    steward = make_steward(instrument)
    client.force_login(steward)
    assert f'href="{PAGE}#kept"' in client.get(reverse("instruments:desk")).content.decode()
    assert choices(client, steward) == [Followed(FeedKind.MINE), Followed(FeedKind.KEPT)]


def test_a_units_page_leads_to_its_calendar(client, instrument):
    """For its manager; the calendar stands on the page once."""
    unit = instrument.unit
    person = make_manager(unit)
    client.force_login(person)
    page = client.get(reverse("instruments:inventory", args=[unit.code])).content.decode()
    assert f'href="{PAGE}?unit={unit.code}#unit-{unit.code}"' in page
    assert choices(client, person, f"?unit={unit.code}").count(Followed(FeedKind.UNIT, unit)) == 1


def test_who_may_look_into_a_unit_is_offered_its_calendar(client, instrument):
    """Without asking for it."""
    person = UnitRoleFactory(unit=instrument.unit, kind=UnitRoleKind.VIEWER).person
    assert choices(client, person) == [Followed(FeedKind.MINE), Followed(FeedKind.UNIT, instrument.unit)]


def test_an_officer_follows_a_unit_from_its_page(client, instrument):
    """Though none of the officer's roles names it."""
    officer = PersonFactory(is_superuser=True)
    assert Followed(FeedKind.UNIT, instrument.unit) not in choices(client, officer)
    assert Followed(FeedKind.UNIT, instrument.unit) in choices(
        client, officer, f"?unit={instrument.unit.code}"
    )


def test_others_are_not_offered_it(client, instrument):
    """A steward sees the unit's page and no calendar of it; a stranger and another unit's manager neither."""
    unit = instrument.unit
    steward = make_steward(instrument)
    client.force_login(steward)
    page = client.get(reverse("instruments:inventory", args=[unit.code])).content.decode()
    assert "?unit=" + unit.code + "#unit-" not in page
    for person in (steward, PersonFactory(), make_manager(make_instrument().unit)):
        assert Followed(FeedKind.UNIT, unit) not in choices(client, person, f"?unit={unit.code}")
    assert client.get(f"{PAGE}?unit=NO-SUCH").status_code == 404

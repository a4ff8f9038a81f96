"""The admin's lists: names instead of keys, figures as on every page, and as many queries for three rows as for one."""

from __future__ import annotations

import datetime as dt

import pytest
from django.conf import settings
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from background.models import Heartbeat
from members.models import MemberUnit
from tests.factories.instruments import (
    BookingFactory,
    StewardshipFactory,
    UsageRecordFactory,
    make_instrument,
)
from tests.factories.members import PersonFactory, UnitFactory, UnitRoleFactory, make_expert, make_officer
from tests.instruments.moments import at

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(client):
    """A signed-in officer who may enter the admin."""
    person = make_officer(is_staff=True)
    client.force_login(person)
    return person


@pytest.mark.parametrize(
    ("page", "make", "number"),
    [
        ("members_memberunit", UnitFactory, 7),
        ("members_person", PersonFactory, 6),
        ("members_unitrole", UnitRoleFactory, 6),
        ("members_networkrole", make_expert, 6),
        ("instruments_instrument", make_instrument, 7),
        ("instruments_stewardship", StewardshipFactory, 6),
        ("instruments_booking", BookingFactory, 7),
        ("instruments_usagerecord", UsageRecordFactory, 5),
    ],
)
def test_a_list_asks_no_more_for_three_rows_than_for_one(client, officer, page, make, number):
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get(reverse(f"admin:{page}_changelist")).status_code == 200
        return len(caught)

    make()
    one = queries()
    make()
    make()
    assert (one, queries()) == (number, number)


def test_rows_are_named_by_what_people_know():
    person, unit = PersonFactory(display_name="王芳"), UnitFactory(name_zh="草原研究所")
    role = UnitRoleFactory(person=person, unit=unit, kind="manager")
    booking = BookingFactory(instrument=make_instrument(code="IMU-1", name_zh="天平"), start=at(0, 9))
    beat = Heartbeat(name="worker", at=at(0, 9))
    with override("zh-hans"):
        assert str(booking) == "IMU-1 天平 · 2026-03-02 09:00"
        assert str(role).startswith("王芳 · ")
        assert str(role).endswith(" · 草原研究所")
    with override("en"):
        assert str(role) == "王芳 · Manager · 草原研究所"
        assert str(beat) == "Worker · 2 Mar 2026, 09:00"
        assert str(booking) == "IMU-1 天平 · 2 Mar 2026, 09:00"


def test_money_and_times_look_as_on_every_page(client, officer):
    BookingFactory(start=at(0, 9), price="1234.50")
    english = {"accept-language": "en"}
    page = client.get(reverse("admin:instruments_booking_changelist"), headers=english).content.decode()
    assert "¥1,234.50" in page
    assert "2 Mar 2026, 09:00" in page


def test_the_menu_shows_what_may_be_opened(officer):
    request = RequestFactory().get("/")
    for person, expected in ((officer, {True}), (PersonFactory(), {False})):
        request.user = person
        shown = {
            entry["permission"](request)
            for section in settings.UNFOLD["SIDEBAR"]["navigation"]
            for entry in section["items"]
        }
        assert shown == expected


def test_all_faults_of_a_unit_are_told_at_once(client, officer):
    typed = {
        "code": "bad code",
        "name_zh": "",
        "kind": "university",
        "state": "active",
        "joined_on": "2024-01-01",
        "credit_code": "123",
        "region": "",
    }
    answer = client.post(reverse("admin:members_memberunit_add"), typed)
    wrong = answer.context["adminform"].form.errors.keys()
    assert wrong == {"code", "name_zh", "credit_code", "region", "manager_email", "manager_name"}
    assert not MemberUnit.objects.filter(joined_on=dt.date(2024, 1, 1), credit_code="123").exists()

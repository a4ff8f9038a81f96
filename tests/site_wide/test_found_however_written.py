"""People, units, inventories and log-in: what is typed is found, however it is written."""

from __future__ import annotations

import pytest
from django.urls import reverse

from instruments.inventory.actions.search import reindex
from instruments.inventory.models import Instrument
from members.models import Person
from tests.factories.instruments import make_instrument
from tests.factories.members import PersonFactory, UnitFactory, make_manager

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit():
    """The university and a neighbour whose code begins alike."""
    UnitFactory(
        code="IMUT",
        name_zh="内蒙古工业大学",
        name_en="Inner Mongolia University of Technology",
        short_name="工大",
    )
    return UnitFactory(
        code="IMU", name_zh="内蒙古大学", name_en="Inner Mongolia University", short_name="内大"
    )


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("ＩＭＵ", ["IMU"]),
        ("內蒙古大學", ["IMU"]),
        ("neimenggu", ["IMU", "IMUT"]),
        ("nmgdx", ["IMU"]),
        ("“工大”", ["IMUT"]),
        ("mongolia\u200b  technology", ["IMUT"]),
        ("gongye", ["IMUT"]),
    ],
)
def test_units(client, unit, query, codes):
    found = client.get(reverse("portal:units"), {"q": query}).context["units"]
    assert sorted(one.code for one in found) == codes


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("wangxiaoming", ["王小明"]),
        ("wxm", ["王小明"]),
        ("xiaoming", ["王小明"]),
        ("ｓｔｅｗａｒｄ", ["Steward Li"]),
        ("王\u200b", ["王小明"]),
        ("xiao steward", []),
        ("angxiao", []),
    ],
)
def test_people(client, unit, query, names):
    PersonFactory(home_unit=unit, display_name="王小明", email="a@demo.example")
    PersonFactory(home_unit=unit, display_name="Steward Li", email="b@demo.example")
    client.force_login(make_manager(unit, display_name="The Manager", email="m@demo.example"))
    page = client.get(reverse("members:people", args=["IMU"]), {"q": query})
    assert [line.person.display_name for line in page.context["lines"]] == names


def test_an_inventory_knows_the_units_own_number_and_the_catalogue_does_not(client, unit):
    make_instrument(unit=unit, code="IMU-1", inner_id="ZC-2026-9001")
    make_instrument(unit=unit, code="IMU-2", inner_id="ZC-2026-9002")
    reindex(Instrument.objects.all())
    assert not client.get(reverse("instruments:catalogue"), {"q": "ZC-2026-9001"}).context["found"].total
    client.force_login(make_manager(unit))
    page = client.get(reverse("instruments:inventory", args=["IMU"]), {"q": "ｚｃ－2026－9001"})
    assert [line.row.instrument.code for line in page.context["lines"]] == ["IMU-1"]


def test_an_address_with_the_sign_of_a_chinese_keyboard(client, unit):
    person = PersonFactory(email="researcher@demo.example")
    person.set_password("a long enough secret")
    person.save()
    client.post(
        reverse("account_login"),
        {"login": "Researcher＠demo。example\u200b", "password": "a long enough secret"},
    )
    assert client.session["_auth_user_id"] == str(person.pk)
    client.force_login(make_manager(unit))
    typed = {"display_name": "\u202e新人\u200b", "email": "ｎｅｗ＠demo.example", "language": "zh-hans"}
    client.post(reverse("members:invite", args=["IMU"]), typed)
    made = Person.objects.get(email="new@demo.example")
    assert made.display_name == "新人"

"""Who may book: user categories and people named by address, in the rule, the index, the pages and every path."""

from __future__ import annotations

from dataclasses import replace

import pytest

from changes import perform
from instruments.availability.queries import keeping
from instruments.booking.actions.requests import request_booking
from instruments.booking.errors import RulesBroken
from instruments.booking.models import Booking
from instruments.catalogue.queries.filters import CatalogueFilters
from instruments.catalogue.queries.selection import Selection
from instruments.terms.actions.policies import set_policy, set_unit_policy
from instruments.terms.rules.bookers import ALL_CATEGORIES, barred_to, bookers_problems, people_in
from instruments.terms.rules.limits import PolicyData
from members.enums import UserCategory
from tests.factories.instruments import make_instrument, make_steward
from tests.factories.members import EnterprisePersonFactory, PersonFactory, make_manager
from tests.instruments.moments import NOW, at

pytestmark = pytest.mark.django_db
FREE = PolicyData(approval_required=False)


def rules_broken(instrument, who, **more) -> list[str]:
    """The rules that a booking of two hours breaks."""
    try:
        perform(
            more.pop("actor", who),
            request_booking,
            instrument,
            start=at(2, 10),
            end=at(2, 12),
            purpose="x",
            **more,
        )
    except RulesBroken as broken:
        return [one.rule for one in broken.problems]
    return []


def may_book(person) -> set[int]:
    """The instruments that the catalogue says a person may book."""
    chosen = Selection(CatalogueFilters(), person, NOW)
    return set(chosen.keys(chosen.may_book))


def test_the_rule_alone():
    """Category and address are judged apart, and both are said."""
    assert barred_to(ALL_CATEGORIES, "", "enterprise", "a@b.cn") == []
    assert [p.rule for p in barred_to("internal,member", "li@b.cn", "enterprise", "a@b.cn")] == [
        "category_closed",
        "not_named",
    ]
    assert barred_to("enterprise", " Li@B.cn \n\n", "enterprise", "li@b.cn") == []
    assert people_in(" Li@B.cn \n\nwang@b.cn") == {"li@b.cn", "wang@b.cn"}
    assert bookers_problems(ALL_CATEGORIES, "li@b.cn\nwang@b.cn") == {}
    assert list(bookers_problems("", "li b.cn")) == ["open_to", "named_people"]
    assert list(bookers_problems(ALL_CATEGORIES, "li@b.cn\0")) == ["named_people"]


def test_only_some_categories(monday):
    """An enterprise is refused and nothing is written; a member books; the index says the same of both."""
    place, other = make_instrument(), make_instrument()
    member, enterprise = PersonFactory(), EnterprisePersonFactory()
    assert may_book(enterprise) == {place.pk, other.pk}
    perform(make_steward(place), set_policy, place, replace(FREE, open_to="internal,member"))
    assert rules_broken(place, enterprise) == ["category_closed"]
    assert not Booking.objects.exists()
    assert rules_broken(place, member) == []
    assert (may_book(enterprise), may_book(member)) == ({other.pk}, {place.pk, other.pk})
    assert keeping.differences(keeping.current(NOW), NOW) == 0


def test_one_s_own_unit_may_be_left_out(monday):
    """A service machine for others: the own people are refused, others are not."""
    place = make_instrument()
    own = PersonFactory(home_unit=place.unit)
    perform(make_steward(place), set_policy, place, replace(FREE, open_to="member,non_profit,enterprise"))
    assert rules_broken(place, own) == ["category_closed"]
    assert (may_book(own), may_book(PersonFactory())) == (set(), {place.pk})


def test_only_named_people(monday):
    """By the rules of the unit: one person books, another does not, its stewards always do."""
    place = make_instrument()
    place.policy.delete()
    named, other, steward = PersonFactory(email="li@imu.edu.cn"), PersonFactory(), make_steward(place)
    perform(
        make_manager(place.unit), set_unit_policy, place.unit, replace(FREE, named_people="Li@imu.edu.cn")
    )
    assert rules_broken(place, other) == ["not_named"]
    assert rules_broken(place, named) == []
    assert [may_book(one) for one in (named, other, steward)] == [{place.pk}, set(), {place.pk}]
    perform(steward, request_booking, place, start=at(3, 10), end=at(3, 12), purpose="x")


def test_a_steward_makes_an_exception_for_somebody(monday):
    """With a reason that stays on record."""
    place, person = make_instrument(), PersonFactory()
    steward = make_steward(place)
    perform(steward, set_policy, place, replace(FREE, named_people="li@imu.edu.cn"))
    assert rules_broken(place, person, actor=steward, person=person) == ["not_named"]
    assert rules_broken(place, person, actor=steward, person=person, waive="Training on the day") == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"open_to": "internal"}, "本仪器不接受您所属用户类别的预约。"),
        ({"named_people": "li@imu.edu.cn"}, "仅限单位指定的人员预约，请联系联系人申请加入。"),
    ],
)
def test_the_page_says_why(client, monday, change, said):
    """Before anything is chosen, in the words of the rule; a visitor is not told that he may not."""
    place = make_instrument(policy=change)
    visitor = client.get(f"/instruments/{place.code}/").content.decode()
    assert said not in visitor
    client.force_login(PersonFactory())
    page = client.get(f"/instruments/{place.code}/").content.decode()
    assert said in page


def test_the_page_names_who_may(client, monday):
    """As a rule among the others."""
    place = make_instrument(policy={"open_to": "internal,member"})
    page = client.get(f"/instruments/{place.code}/").content.decode()
    names = [str(UserCategory(code).label) for code in ("internal", "member")]
    assert f"仅限：{'、'.join(names)}。" in page

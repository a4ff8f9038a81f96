"""Terms and stewards of one instrument: each form once rightly and once wrongly."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from instruments.inventory.models import Stewardship
from instruments.terms.models import BookingPolicy, OpeningException, OpeningPeriod, Rate
from tests.factories.instruments import make_instrument, make_steward
from tests.factories.members import PersonFactory, make_manager, make_officer
from tests.instruments.inventory.test_inventory import changes, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def instrument():
    """Open on workdays."""
    return make_instrument(workdays=(8, 20))


@pytest.fixture
def steward(instrument):
    """Keeps it."""
    return make_steward(instrument)


def at(name: str, instrument, *more) -> str:
    """One of its addresses."""
    return reverse(f"instruments:{name}", args=[instrument.unit.code, instrument.code, *more])


POLICY = {
    "approval_required": "on",
    "shortest_minutes": "60",
    "longest_minutes": "240",
    "step_minutes": "60",
    "notice_minutes": "0",
    "horizon_days": "30",
    "cancel_cutoff_minutes": "120",
    "request_expiry_hours": "24",
    "check_in_early_minutes": "15",
    "no_show_minutes": "30",
    "buffer_before_minutes": "0",
    "buffer_after_minutes": "15",
    "own_gap_minutes": "0",
    "own_overlap": "refuse",
    "attachments": "may",
    "nights": "two",
    "night_begins": "21:00",
    "night_ends": "06:00",
    "peak_begins": "09:00",
    "peak_ends": "17:00",
    "person_week_hours": "20",
    "open_to": ["internal", "member"],
    "named_people": "",
}


def sendings(instrument) -> dict[str, dict[str, object]]:
    """What each form of the terms sends, rightly."""
    day = timezone.localdate() + dt.timedelta(days=1)
    return {
        "set_opening": {"day_0_0_opens": "09:00", "day_0_0_closes": "00:00"},
        "add_exception": {
            "start": f"{day}T00:00",
            "end": f"{day}T12:00",
            "kind": "closed",
            "reason": "Training",
        },
        "set_policy": POLICY,
        "set_rate": {"category": "member", "yuan_per_hour": "88.5", "valid_from": str(day)},
    }


def test_every_form_of_the_terms_saves(instrument, steward):
    """And leads back to its own place on the page."""
    client = client_of(steward)
    for name, data in sendings(instrument).items():
        answer = client.post(at(name, instrument), data)
        assert answer.status_code == 302, answer.context["form"].errors if answer.context else name
        assert answer["Location"].startswith(at("terms", instrument) + "#")
    periods = OpeningPeriod.objects.filter(instrument=instrument, valid_to=None)
    assert list(periods.values_list("weekday", "opens", "closes")) == [(0, 540, 1440)]
    row = OpeningException.objects.get(instrument=instrument)
    assert (row.is_open, row.reason, (row.end - row.start).total_seconds()) == (False, "Training", 12 * 3600)
    policy = BookingPolicy.objects.get(instrument=instrument)
    assert (policy.approval_required, policy.longest_minutes) == (True, 240)
    rate = Rate.objects.get(instrument=instrument, valid_from__gt=timezone.localdate())
    assert (rate.category, str(rate.yuan_per_hour)) == ("member", "88.50")
    page = client.get(at("terms", instrument)).content.decode()
    assert "Training" in page
    assert "¥88.50 from" in page


@pytest.mark.parametrize(
    ("name", "data", "wrong"),
    [
        ("set_opening", {"day_0_0_opens": "09:00", "day_0_0_closes": "08:00"}, "week"),
        (
            "add_exception",
            {"start": "2030-01-02T00:00", "end": "2030-01-01T00:00", "kind": "closed"},
            "exception",
        ),
        ("add_exception", {"start": "soon", "end": "", "kind": "closed"}, "exception"),
        ("set_policy", {**POLICY, "longest_minutes": "30"}, "policy"),
        ("set_rate", {"category": "member", "yuan_per_hour": "1", "valid_from": "2020-01-01"}, "rate"),
        ("set_rate", {"category": "nobody", "yuan_per_hour": "-1", "valid_from": ""}, "rate"),
    ],
)
def test_a_wrong_form_changes_nothing_and_keeps_what_was_typed(instrument, steward, name, data, wrong):
    """Errors stand in that form alone."""
    before, rates = changes(), Rate.objects.count()
    answer = client_of(steward).post(at(name, instrument), data)
    assert answer.status_code == 422
    assert answer.context[wrong].errors
    assert [form for form in ("week", "exception", "policy", "rate") if answer.context[form].errors] == [
        wrong
    ]
    assert (changes(), Rate.objects.count()) == (before, rates)


def test_as_monday_only_fills_the_form(instrument, steward):
    """Nothing is saved by it, and the page says so."""
    before = changes()
    data = {"day_0_0_opens": "07:00", "day_0_0_closes": "08:00", "like_monday": "1"}
    answer = client_of(steward).post(at("set_opening", instrument), data)
    page = answer.content.decode()
    assert (answer.status_code, changes()) == (200, before)
    assert page.count('value="07:00"') == 5
    assert "not saved yet" in page


def test_an_exception_is_removed_once(instrument, steward):
    """A second removal is no error; another instrument's exception stays."""
    client = client_of(steward)
    client.post(at("add_exception", instrument), sendings(instrument)["add_exception"])
    row = OpeningException.objects.get()
    foreign = make_instrument(unit=instrument.unit)
    keeper = make_steward(foreign)
    client_of(keeper).post(at("remove_exception", foreign, row.pk))
    assert OpeningException.objects.count() == 1
    for _time in range(2):
        assert client.post(at("remove_exception", instrument, row.pk)).status_code == 302
    assert OpeningException.objects.count() == 0


def test_strangers_and_other_stewards_change_no_terms(instrument):
    """Signing in first, and then as if nothing were there."""
    other = make_steward(make_instrument(unit=instrument.unit))
    before = changes()
    addresses = [(at(name, instrument), data) for name, data in sendings(instrument).items()]
    addresses.append((at("remove_exception", instrument, 1), {}))
    for url, data in addresses:
        assert client_of(other).post(url, data).status_code == 404
        assert client_of().post(url, data)["Location"].startswith(reverse("account_login"))
        assert client_of(other).get(url).status_code == 302
    assert changes() == before


def test_a_manager_names_and_ends_a_steward(instrument):
    """The people to choose are those of the unit who do not keep it yet."""
    client = client_of(make_manager(instrument.unit))
    person = PersonFactory(home_unit=instrument.unit, display_name="New Keeper")
    url, today = at("stewards", instrument), timezone.localdate()
    assert client.post(url, {"person": person.pk, "valid_from": today}).status_code == 302
    row = Stewardship.objects.get()
    assert client.post(url, {"person": person.pk, "valid_from": today}).status_code == 422
    assert client.post(url, {"person": PersonFactory().pk, "valid_from": today}).status_code == 422
    assert Stewardship.objects.count() == 1
    end = at("end_steward", instrument, row.pk)
    client.post(end, {"valid_to": "2001-01-01"})
    client.post(end, {"valid_to": "never"})
    row.refresh_from_db()
    assert row.valid_to is None
    client.post(end, {"valid_to": today, f"choice_stewardship-{row.pk}": "keep"})
    row.refresh_from_db()
    assert row.valid_to == today
    page = client.get(url).content.decode()
    assert "No steward: the managers of the unit keep it" in page
    assert "Those who kept it before" in page


def test_a_steward_sees_but_names_nobody(instrument, steward):
    """Only managers and officers do."""
    client, row = client_of(steward), Stewardship.objects.get()
    assert "Name a steward" not in client.get(at("stewards", instrument)).content.decode()
    assert client.post(at("stewards", instrument), {"person": steward.pk}).status_code == 404
    assert client.post(at("end_steward", instrument, row.pk), {}).status_code == 404
    last = {f"choice_stewardship-{row.pk}": "keep"}
    assert client_of(make_officer()).post(at("end_steward", instrument, row.pk), last).status_code == 302
    row.refresh_from_db()
    assert row.valid_to == timezone.localdate()


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_cost_the_same_for_one_and_three(instrument, steward, django_assert_max_num_queries, rows):
    """Exceptions, prices, stewards."""
    client, start = client_of(steward), timezone.now() + dt.timedelta(days=5)
    for number in range(rows):
        begin = start + dt.timedelta(days=number)
        OpeningException.objects.create(instrument=instrument, start=begin, end=begin + dt.timedelta(hours=1))
        make_steward(instrument)
    with django_assert_max_num_queries(14):
        client.get(at("terms", instrument))
    with django_assert_max_num_queries(14):
        client.get(at("stewards", instrument))

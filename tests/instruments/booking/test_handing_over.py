"""A booking is handed to somebody else: both are named, the price and the rules are those of the new person."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from changes import StaleVersion, perform
from changes.errors import NotAllowed
from instruments.booking.actions.changes import cancel_booking
from instruments.booking.actions.handing_over import hand_over
from instruments.booking.actions.requests import request_booking
from instruments.booking.actions.series import request_series
from instruments.booking.actions.visit import check_in
from instruments.booking.enums import BookingState
from instruments.booking.errors import RulesBroken, WrongBookingState
from instruments.booking.models import Booking, BookingStep
from instruments.booking.rules.repeats import occurrences, rule_of
from instruments.bundles.actions.bundles import WantedPart, request_bundle
from instruments.terms.rules.intervals import Interval
from notices.models import Notice
from tests.factories.instruments import make_instrument, make_steward
from tests.factories.members import EnterprisePersonFactory, PersonFactory
from tests.instruments.moments import NOW, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def place(db):
    """Confirmed at once."""
    return make_instrument(policy={"cancel_cutoff_minutes": 24 * 60})


@pytest.fixture
def member(db):
    """Who has the booking."""
    return PersonFactory(display_name="王一")


@pytest.fixture
def colleague(member):
    """Of the same unit."""
    return PersonFactory(home_unit=member.home_unit, display_name="赵二")


@pytest.fixture
def booked(place, member):
    """Wednesday 10:00 to 12:00 at 120 yuan an hour."""
    return perform(member, request_booking, place, start=at(2, 10), end=at(2, 12), purpose="相分析")


def refused(actor, booking, to) -> list[str]:
    """The rules that handing it over breaks."""
    with pytest.raises(RulesBroken) as broken:
        perform(actor, hand_over, booking, to)
    return [one.rule for one in broken.value.problems]


def test_to_a_colleague(place, booked, member, colleague, verbs):
    """It is the colleague's; keepers and the colleague are told, and the life of the booking names both."""
    steward = make_steward(place)
    perform(member, hand_over, booked, colleague)
    booked.refresh_from_db()
    assert (booked.person, booked.state, booked.price) == (
        colleague,
        BookingState.CONFIRMED,
        Decimal("240.00"),
    )
    assert verbs()[-1] == "instruments.booking.handed_over"
    assert BookingStep.objects.get(verb="handed_over").reason == "王一 → 赵二"
    told = Notice.objects.filter(kind__in=["booking_received", "booking_handed_over"])
    assert dict(told.values_list("kind", "person")) == {
        "booking_received": colleague.pk,
        "booking_handed_over": steward.pk,
    }
    with pytest.raises(NotAllowed):
        perform(member, cancel_booking, booked)
    # The last moment was over an hour ago; the time of grace runs from now for whoever has received it.
    perform(colleague, cancel_booking, booked)


def test_an_owner_hands_it_to_the_own_people_alone(booked, member, ledger):
    """Strangers, oneself, closed accounts: refused, and nothing has changed."""
    kept = ledger()
    assert refused(member, booked, PersonFactory()) == ["handed_group"]
    assert refused(member, booked, member) == ["handed_to"]
    closed = PersonFactory(home_unit=member.home_unit, is_active=False)
    assert refused(member, booked, closed) == ["handed_to"]
    assert kept.unchanged()


def test_outside_the_network_the_organisation_counts(place):
    """People of one enterprise; two nameless ones are none."""
    one, two = (EnterprisePersonFactory(organisation="蒙牛") for _ in range(2))
    other = EnterprisePersonFactory(organisation="伊利")
    row = perform(one, request_booking, place, start=at(2, 10), end=at(2, 12), purpose="x")
    assert refused(one, row, other) == ["handed_group"]
    perform(one, hand_over, row, two)
    nameless = [EnterprisePersonFactory(organisation="") for _ in range(2)]
    row = perform(nameless[0], request_booking, place, start=at(3, 10), end=at(3, 12), purpose="x")
    assert refused(nameless[0], row, nameless[1]) == ["handed_group"]


def test_a_steward_hands_it_to_anybody_at_their_price(place, booked, member):
    """An enterprise pays 240 yuan an hour; the former person is told."""
    steward, firm = make_steward(place), EnterprisePersonFactory()
    perform(steward, hand_over, booked, firm)
    booked.refresh_from_db()
    assert (booked.person, booked.category, booked.price) == (firm, "enterprise", Decimal("480.00"))
    assert Notice.objects.get(kind="booking_handed_over").person == member


def test_the_rules_of_the_new_person_hold(member, colleague, ledger):
    """Who holds as much as allowed gets no more."""
    place = make_instrument(policy={"most_open": 1})
    row = perform(member, request_booking, place, start=at(2, 10), end=at(2, 12), purpose="x")
    perform(colleague, request_booking, place, start=at(3, 10), end=at(3, 12), purpose="x")
    kept = ledger()
    assert refused(member, row, colleague) == ["most_open"]
    assert kept.unchanged()


def test_where_an_approval_is_wanted_it_is_asked_for_anew(member, colleague):
    """A confirmed booking becomes a request that holds its time; a steward's handing over is the approval."""
    place = make_instrument(policy={"approval_required": True, "requests_hold_hours": 0})
    steward = make_steward(place)
    rows = [
        perform(steward, request_booking, place, person=member, start=at(n, 10), end=at(n, 12), purpose="x")
        for n in (2, 3)
    ]
    Booking.objects.update(state=BookingState.CONFIRMED, expires_at=None)
    perform(member, hand_over, rows[0], colleague)
    perform(steward, hand_over, rows[1], colleague)
    states = Booking.objects.order_by("start").values_list("state", "expires_at")
    assert list(states) == [
        (BookingState.REQUESTED, NOW + dt.timedelta(hours=48)),
        (BookingState.CONFIRMED, None),
    ]


def test_a_time_of_a_series_leaves_it(place, member, colleague):
    """The others stay together; a part of a set stays where it is."""
    code = rule_of("daily", 3)
    times = occurrences(Interval(at(2, 10), at(2, 12)), code)
    perform(member, request_series, place, times, rule=code, said={"purpose": "x"})
    first = Booking.objects.order_by("start").first()
    perform(member, hand_over, first, colleague)
    assert Booking.objects.filter(series=None).count() == 1
    part = WantedPart(1, make_instrument(), Interval(at(2, 14), at(2, 16)))
    perform(member, request_bundle, [part], when_lost="keep", said={"purpose": "x"})
    assert refused(member, Booking.objects.get(start=at(2, 14)), colleague) == ["handed_set"]


def test_not_after_it_began_nor_by_others(place, booked, member, colleague, monday):
    """A use that runs, a stale page, a stranger."""
    with pytest.raises(NotAllowed):
        perform(colleague, hand_over, booked, colleague)
    with pytest.raises(StaleVersion):
        perform(member, hand_over, booked, colleague, seen=9)
    monday.move_to(at(2, 10))
    assert "started" in refused(member, booked, colleague)
    perform(member, check_in, booked)
    with pytest.raises(WrongBookingState):
        perform(member, hand_over, booked, colleague)


def test_from_the_page(client, booked, member, colleague):
    """An address that nobody has is refused at its field and stays; the right one leads to one's own page."""
    client.force_login(member)
    address = f"/bookings/{booked.pk}/hand-over/"
    page = client.post(address, {"to": "nobody@example.edu.cn", "version": booked.version})
    assert page.status_code == 422
    assert "没有使用该邮箱的有效账号。" in page.content.decode()
    assert "nobody@example.edu.cn" in page.content.decode()
    done = client.post(address, {"to": colleague.email.upper(), "version": booked.version}, follow=True)
    assert done.redirect_chain == [("/me/", 302)]
    assert "已转让，双方均已收到通知。" in done.content.decode()
    assert client.get(f"/bookings/{booked.pk}/").status_code == 404

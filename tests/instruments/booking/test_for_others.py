"""Booking for somebody else: by who keeps the instrument, at the other's price, told to both, never a peephole."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from instruments.booking.models import Booking, BookingSeries
from notices.models import Notice
from tests.factories.instruments import BookingFactory, make_instrument, make_steward
from tests.factories.members import EnterprisePersonFactory, PersonFactory
from tests.instruments.moments import at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

WISH = {
    "day": "2026-03-04", "start_time": "09:00", "end_time": "11:00",
    "purpose_kind": "research", "purpose": "钢样断口",
}  # fmt: skip


@pytest.fixture
def steward(client, instrument):
    """Who keeps the instrument, signed in."""
    keeper = make_steward(instrument)
    client.force_login(keeper)
    return keeper


def send(client, instrument, **more):
    """Send the booking form."""
    return client.post(reverse("instruments:book", args=[instrument.code]), WISH | more)


def test_it_is_the_other_s_booking_at_the_other_s_price(client, instrument, steward):
    """The guest is told and can see it; the history names who did it."""
    guest = EnterprisePersonFactory()
    assert send(client, instrument, whom=guest.email.upper()).status_code == 302
    booking = Booking.objects.get()
    # Two hours of an enterprise, see RATES.
    assert (booking.person, booking.price) == (guest, Decimal("480.00"))
    assert [(row.person, row.kind) for row in Notice.objects.all()] == [(guest, "booking_confirmed")]
    assert booking.steps.get().by == steward


def test_the_price_shown_is_the_other_s(client, instrument, steward):
    """While the form is filled in, before anything is booked; nothing of what the other holds elsewhere."""
    guest = EnterprisePersonFactory()
    BookingFactory(person=guest, start=at(2, 10))
    address = reverse("instruments:quote", args=[instrument.code])
    for whom, price, elsewhere in (("", Decimal("120.00"), 0), (guest.email, Decimal("480.00"), 0)):
        verdict = client.get(address, WISH | {"whom": whom}).context["verdict"]
        assert (verdict.quote.price, len(verdict.elsewhere)) == (price, elsewhere)


@pytest.mark.parametrize("known", [False, True])
def test_an_address_without_an_open_account_is_told_at_its_field(client, instrument, steward, known):
    """422, nothing booked, what was typed still there."""
    if known:
        PersonFactory(email="closed@test.example", is_active=False)
    answer = send(client, instrument, whom="closed@test.example")
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["whom"])
    assert "closed@test.example" in answer.content.decode()
    assert not Booking.objects.exists()


def test_nobody_else_is_asked_or_heard(client, instrument):
    """The form has no such field for them; one that is sent all the same books for who sent it, and quotes no other."""
    member, guest = PersonFactory(), EnterprisePersonFactory()
    client.force_login(member)
    page = client.get(reverse("instruments:instrument", args=[instrument.code]))
    assert "whom" not in page.context["form"].fields
    quoted = client.get(
        reverse("instruments:quote", args=[instrument.code]), WISH | {"whom": guest.email}
    ).context["verdict"]
    assert quoted.quote.category == "member"
    send(client, instrument, whom=guest.email)
    assert Booking.objects.get().person == member


def test_a_series_for_somebody_else(client, steward, instrument):
    """The preview names the person and shows nothing of what they hold elsewhere; all bookings are theirs."""
    guest = EnterprisePersonFactory(display_name="赵工")
    BookingFactory(person=guest, start=at(2, 10), instrument=make_instrument(name_zh="别处的电镜"))
    wish = {"repeat": "weekly", "times": "3", "whom": guest.email}
    seen = send(client, instrument, **wish)
    html = seen.content.decode()
    assert "赵工" in html
    assert "别处的电镜" not in html
    assert send(client, instrument, **dict(seen.context["kept"]), mode="all").status_code == 302
    series = BookingSeries.objects.get()
    assert (series.person, {row.person for row in series.bookings.all()}) == (guest, {guest})
    assert [row.kind for row in Notice.objects.filter(person=guest)] == ["series_confirmed"]

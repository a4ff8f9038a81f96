"""A slip can be undone soon after; who books two instruments at once is asked first."""

import datetime as dt

import pytest
from django.utils.translation import override

from changes import perform
from instruments.booking.actions.changes import cancel_booking, move_booking
from instruments.booking.actions.requests import request_booking
from instruments.booking.enums import BookingState
from instruments.booking.errors import OwnOverlap, RulesBroken
from instruments.booking.models import Booking
from instruments.booking.rules.requests import last_change
from tests.factories.instruments import make_instrument
from tests.instruments.moments import NOW, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def strict(db):
    """Cancelled until a day before; bookable an hour ahead."""
    return make_instrument(policy={"cancel_cutoff_minutes": 1440, "notice_minutes": 60})


def ask(instrument, person, start, end, **more):
    return perform(person, request_booking, instrument, start=start, end=end, purpose="相分析", **more)


class TestGrace:
    @pytest.mark.parametrize("step", ["cancel", "move"])
    def test_within_half_an_hour_it_can_be_undone(self, strict, member, monday, step):
        booking = ask(strict, member, at(0, 13), at(0, 14))
        monday.move_to(NOW + 30 * MINUTE)
        if step == "cancel":
            assert perform(member, cancel_booking, booking).state == BookingState.CANCELLED
        else:
            assert perform(member, move_booking, booking, start=at(0, 15), end=at(0, 16)).start == at(0, 15)

    def test_then_no_more_and_a_move_does_not_renew_it(self, strict, member, monday):
        booking = ask(strict, member, at(0, 13), at(0, 14))
        monday.move_to(NOW + 29 * MINUTE)
        booking = perform(member, move_booking, booking, start=at(0, 15), end=at(0, 16))
        monday.move_to(NOW + 30 * MINUTE + dt.timedelta(seconds=1))
        with pytest.raises(RulesBroken) as refused:
            perform(member, cancel_booking, booking)
        assert [(p.rule, p.required) for p in refused.value.problems] == [
            ("cancel_cutoff", "2026-03-02 09:30")
        ]

    @pytest.mark.parametrize(
        ("made", "last"),
        [
            (at(0, 9), at(1, 10)),
            (at(1, 10), at(1, 10, 30)),
            (at(1, 11, 45), at(1, 12)),
        ],
    )
    def test_the_last_moment(self, made, last):
        """Two hours before noon, half an hour after it was made, never after the start."""
        assert last_change(at(1, 12), 120, made) == last

    def test_the_form_says_it_before_the_click(self, client, strict, member):
        client.force_login(member)
        query = {"day": "2026-03-02", "start_time": "13:00", "end_time": "14:00"}
        with override("en"):
            verdict = client.get(f"/instruments/{strict.code}/quote/", query).context["verdict"]
        assert verdict.last_change == NOW + 30 * MINUTE


class TestElsewhere:
    @pytest.fixture
    def held(self, instrument, member):
        """Wednesday 09:00 to 12:00 on another instrument."""
        return ask(instrument, member, at(2, 9), at(2, 12))

    def sent(self, **more):
        return {
            "day": "2026-03-04", "start_time": "11:00", "end_time": "13:00", "purpose_kind": "research",
            "purpose": "相分析",
        } | more  # fmt: skip

    def test_it_is_asked_first(self, client, held, member):
        other = make_instrument()
        client.force_login(member)
        address = f"/instruments/{other.code}/book/"
        answer = client.post(address, self.sent())
        assert answer.status_code == 409
        assert answer.context["verdict"].elsewhere == [held]
        assert 'name="knowing"' in answer.content.decode()
        assert Booking.objects.get() == held
        assert client.post(address, self.sent(knowing="1")).status_code == 302
        assert Booking.objects.count() == 2

    def test_side_by_side_is_no_overlap(self, held, member):
        assert ask(make_instrument(), member, at(2, 12), at(2, 13), knowing=False).state == "confirmed"

    def test_what_is_given_back_is_no_overlap(self, held, member):
        perform(member, cancel_booking, held)
        ask(make_instrument(), member, at(2, 10), at(2, 11), knowing=False)

    def test_the_refusal_names_the_bookings(self, held, member, ledger):
        other, kept = make_instrument(), ledger()
        with pytest.raises(OwnOverlap) as refused:
            ask(other, member, at(2, 11), at(2, 13), knowing=False)
        assert refused.value.bookings == [held.pk]
        assert kept.unchanged()

    def test_programs_are_not_asked(self, held, member):
        assert ask(make_instrument(), member, at(2, 9), at(2, 12)).state == "confirmed"

    def test_own_time_on_the_same_instrument_is_called_own(self, client, held, instrument, member, engineer):
        address = f"/instruments/{instrument.code}/book/"
        told = {}
        for person in (member, engineer):
            client.force_login(person)
            answer = client.post(address, self.sent())
            assert answer.status_code == 409
            told[person.pk] = answer.context["refusal"].problems[0].message
        assert told[member.pk] != told[engineer.pk]
        with override("en"):
            client.cookies.load({"django_language": "en"})
            client.force_login(member)
            said = client.post(address, self.sent()).context["refusal"].problems[0].message
        assert said == "You have booked 09:00–12:00 yourself."

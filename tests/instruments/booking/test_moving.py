"""Moving a booking on its page: the old time is kept until the new one is held."""

from __future__ import annotations

from decimal import Decimal

import pytest

from audit.models import Entry
from changes import perform
from changes.errors import NotAllowed
from instruments.booking.actions.changes import move_booking
from instruments.booking.actions.requests import book_maintenance
from tests.factories.instruments import BookingFactory, make_instrument
from tests.instruments.booking.booking_pages import act, page
from tests.instruments.moments import at

pytestmark = pytest.mark.django_db


class TestMove:
    """Moving keeps the old time until the new one is held."""

    def when(self, day: str, start: str, end: str) -> dict[str, str]:
        return {"day": day, "start_time": start, "end_time": end}

    def test_move(self, client, asked, member):
        client.force_login(member)
        assert act(client, asked, "move", **self.when("2026-03-05", "09:00", "10:00")).status_code == 302
        asked.refresh_from_db()
        assert (asked.start, asked.end, asked.price) == (at(3, 9), at(3, 10), Decimal(120))

    def test_the_same_time_is_no_move(self, client, asked, member, ledger):
        before = ledger()
        client.force_login(member)
        answer = act(client, asked, "move", **self.when("2026-03-04", "14:00", "16:30"))
        assert answer.status_code == 422
        told = answer.context["tried"].refusal
        assert [(p.rule, p.chosen, p.required) for p in told.problems] == [
            ("unchanged", "14:00–16:30", "与原来不同的时段")
        ]
        assert before.unchanged()

    @pytest.mark.parametrize("end", ["14:00", "09:00"])
    def test_an_end_before_the_start_is_not_tomorrow(self, client, asked, member, steward, xrd, ledger, end):
        """Neither for a use nor for upkeep."""
        upkeep = perform(steward, book_maintenance, xrd, start=at(3, 8), end=at(3, 9), reason="换灯丝")
        before = ledger()
        for booking, person in ((asked, member), (upkeep, steward)):
            client.force_login(person)
            answer = act(client, booking, "move", **self.when("2026-03-06", "14:00", end))
            assert answer.status_code == 422
            assert list(answer.context["tried"].form.errors) == ["end_time"]
        assert before.unchanged()

    def test_a_taken_time_stands_beside_the_broken_rules(self, client, asked, member, xrd, ledger):
        BookingFactory(instrument=xrd, start=at(3, 9))
        before = ledger()
        client.force_login(member)
        answer = act(client, asked, "move", **self.when("2026-03-05", "08:00", "18:00"))
        assert answer.status_code == 422
        told = answer.context["tried"].refusal
        assert [p.rule for p in told.problems] == ["too_long", "slot_taken"]
        assert (told.alternatives[0].start, told.alternatives[0].end) == (at(3, 11), at(3, 18))
        assert before.unchanged()

    @pytest.mark.parametrize(
        ("who", "told"), [("member", "已通知机组人员重新审批"), ("steward", "已通知预约人")]
    )
    def test_the_success_says_who_was_told(self, client, asked, member, steward, who, told):
        client.force_login(member if who == "member" else steward)
        act(client, asked, "move", **self.when("2026-03-05", "09:00", "10:00"))
        assert told in client.get(page(asked)).content.decode()

    def test_a_taken_slot_names_the_clash_and_offers_three_others(self, client, asked, member, xrd, ledger):
        BookingFactory(instrument=xrd, start=at(3, 9))
        before = ledger()
        client.force_login(member)
        answer = act(client, asked, "move", **self.when("2026-03-05", "10:00", "11:00"))
        assert answer.status_code == 409
        offered = answer.context["tried"].refusal.alternatives
        assert [offer.start for offer in offered] == [at(3, 11), at(3, 12), at(3, 13)]
        assert offered[0].price == Decimal(120)
        assert 'value="10:00" selected' in answer.content.decode()
        assert before.unchanged()

    def test_an_offer_fills_in_the_form(self, client, asked, member, xrd):
        BookingFactory(instrument=xrd, start=at(3, 9))
        client.force_login(member)
        answer = act(client, asked, "move", **self.when("2026-03-05", "10:00", "11:00"))
        shown = client.get(answer.context["tried"].refusal.alternatives[0].url)
        move = next(c for c in shown.context["choices"] if c.act.slug == "move")
        assert move.open
        assert 'value="11:00" selected' in shown.content.decode()

    def test_every_broken_rule_is_named(self, client, asked, member, ledger):
        before = ledger()
        client.force_login(member)
        answer = act(client, asked, "move", **self.when("2026-03-05", "21:10", "21:20"))
        assert answer.status_code == 422
        told = answer.context["tried"].refusal
        assert [(p.rule, p.chosen, p.required) for p in told.problems] == [
            ("too_short", "10 分钟", "至少 30 分钟"),
            ("step", "21:10–21:20", "以 30 分钟为单位"),
            ("opening_hours", "21:10–21:20", "08:00–20:00"),
        ]
        assert [offer.start for offer in told.alternatives] == [at(4, 8), at(4, 8, 30), at(4, 9)]
        assert before.unchanged()

    @pytest.mark.parametrize("day", ["", "2026-02-30", "0001-01-01", "9999-12-31", "never"])
    def test_a_strange_day_is_refused(self, client, asked, member, day, ledger):
        before = ledger()
        client.force_login(member)
        assert act(client, asked, "move", **self.when(day, "09:00", "10:00")).status_code == 422
        assert before.unchanged()

    @pytest.mark.parametrize("start", ["0001-01-01T00:00:00Z", "x", "2026-03-05T09:00:00"])
    def test_strange_addresses_show_the_page(self, client, asked, member, start):
        client.force_login(member)
        assert client.get(page(asked), {"start": start, "end": "2026-03-05T10:00:00Z"}).status_code == 200


@pytest.mark.parametrize("hidden", [{"sharing_mode": "not_shared"}, {"state": "retired"}])
def test_nobody_moves_to_an_instrument_that_he_may_not_see(asked, member, ledger, hidden):
    """It is a refusal of right, on record with the instrument that was tried, and no broken rule."""
    target, kept = make_instrument(**hidden), ledger()
    with pytest.raises(NotAllowed):
        perform(member, move_booking, asked, start=at(2, 9), end=at(2, 10), instrument=target)
    assert kept.unchanged()
    entry = Entry.objects.get(verb="instruments.refused")
    assert (entry.actor, entry.after["verb"], entry.target_type, entry.target_id) == (
        member, "book_instrument", "instruments.instrument", str(target.pk)
    )  # fmt: skip


def test_a_keeper_moves_a_guest_only_to_what_he_keeps(asked, steward, ledger):
    """On record with what was tried, too."""
    target, kept = make_instrument(unit=asked.instrument.unit), ledger()
    with pytest.raises(NotAllowed):
        perform(steward, move_booking, asked, start=at(2, 9), end=at(2, 10), instrument=target)
    assert kept.unchanged()
    entry = Entry.objects.get(verb="instruments.refused")
    assert (entry.actor, entry.after["verb"], entry.target_id) == (steward, "keep_instrument", str(target.pk))

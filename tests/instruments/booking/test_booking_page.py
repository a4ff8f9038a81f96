"""The page of one booking: who sees it, what it says, and every step with its refusals."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse

from audit.models import Entry
from changes import perform
from instruments.booking.actions.changes import move_booking
from instruments.booking.actions.decisions import approve_booking
from instruments.booking.actions.requests import book_maintenance, request_booking
from instruments.booking.actions.visit import check_in
from instruments.booking.enums import BookingState
from instruments.booking.views import booking as views
from instruments.usage.models import UsageRecord
from tests.factories.instruments import BookingFactory, make_instrument, make_steward
from tests.factories.members import AdminFactory, PersonFactory, UnitRoleFactory, make_officer
from tests.instruments.booking.booking_pages import act, page
from tests.instruments.moments import at

pytestmark = pytest.mark.django_db


class TestWhoSeesIt:
    """Parties only; for all others it does not exist."""

    def test_nobody_is_sent_to_the_log_in(self, client, asked):
        answer = client.get(page(asked))
        assert answer.status_code == 302
        assert "login" in answer["Location"]

    def test_strangers_and_other_stewards_find_nothing(self, client, asked, outsider):
        for person in (PersonFactory(), outsider):
            client.force_login(person)
            assert client.get(page(asked)).status_code == 404
        assert client.get(reverse("instruments:booking", args=[uuid4()])).status_code == 404

    def test_the_parties_see_it(self, client, asked, member, steward, manager, xrd):
        viewer = UnitRoleFactory(unit=xrd.unit, kind="viewer").person
        for person in (member, steward, manager, viewer, make_officer(), AdminFactory()):
            client.force_login(person)
            answer = client.get(page(asked))
            assert answer.status_code == 200
            assert "no-cache" in answer["Cache-Control"]

    def test_only_keepers_learn_how_to_reach_the_person(self, client, asked, member, steward, xrd):
        client.force_login(steward)
        assert member.email in client.get(page(asked)).content.decode()
        client.force_login(UnitRoleFactory(unit=xrd.unit, kind="viewer").person)
        assert member.email not in client.get(page(asked)).content.decode()


class TestWhatItSays:
    """State, life, money, and the steps that are legal now and no others."""

    def test_a_request_offers_each_side_its_own_steps(self, client, asked, member, steward):
        client.force_login(member)
        assert [c.act.slug for c in client.get(page(asked)).context["choices"]] == [
            "move",
            "hand-over",
            "cancel",
        ]
        client.force_login(steward)
        offered = [c.act.slug for c in client.get(page(asked)).context["choices"]]
        assert offered == ["approve", "decline", "move", "hand-over", "cancel"]

    def test_an_outlived_request_is_shown_as_expired(self, client, asked, member, monday):
        monday.move_to(asked.expires_at + dt.timedelta(minutes=1))
        client.force_login(member)
        answer = client.get(page(asked))
        assert answer.context["state"] == BookingState.EXPIRED
        assert answer.context["choices"] == []
        assert answer.context["over_without_use"]

    def test_the_life_tells_who_did_what(self, client, confirmed, member, steward):
        client.force_login(member)
        steps = client.get(page(confirmed)).context["steps"]
        assert [(step.state, step.who) for step in steps] == [
            ("done", str(member)),
            ("done", str(steward)),
            ("now", ""),
            ("todo", ""),
            ("todo", ""),
        ]

    def test_a_booking_without_history_tells_its_life_from_its_fields(self, client, monday, xrd, steward):
        booking = BookingFactory(
            instrument=xrd,
            start=at(0, 8),
            state=BookingState.COMPLETED,
            requested_at=at(-3, 9),
            checked_in_at=at(0, 8, 5),
            checked_out_at=at(0, 9),
        )
        client.force_login(steward)
        steps = client.get(page(booking)).context["steps"]
        assert [step.state for step in steps] == ["done", "done", "done"]
        assert [step.at for step in steps] == [at(-3, 9), at(0, 8, 5), at(0, 9)]

    def test_the_price_is_worked_out(self, client, confirmed, member):
        client.force_login(member)
        answer = client.get(page(confirmed))
        bill = answer.context["bill"]
        assert (bill.yuan_per_hour, bill.hours, bill.price) == (Decimal(120), Decimal("2.50"), Decimal(300))
        assert bill.adds_up
        assert "¥300.00" in answer.content.decode()

    def test_the_cut_off_is_told(self, client, confirmed, member, monday):
        client.force_login(member)
        assert "3月4日 周三 12:00" in client.get(page(confirmed)).context["limits"][0]
        monday.move_to(at(2, 12, 1))
        answer = client.get(page(confirmed))
        # What can no longer be given back may still be handed to a colleague.
        assert [c.act.slug for c in answer.context["choices"]] == ["hand-over"]
        assert "3月4日 周三 12:00" in answer.context["limits"][0]

    def test_nobody_decides_on_his_own_request(self, client, monday, xrd, steward):
        own = perform(steward, request_booking, xrd, start=at(2, 9), end=at(2, 10), purpose="校准")
        client.force_login(steward)
        assert [c.act.slug for c in client.get(page(own)).context["choices"]] == [
            "move",
            "hand-over",
            "cancel",
        ]

    def test_maintenance_has_no_price_and_no_check_in(self, client, monday, xrd, steward):
        upkeep = perform(steward, book_maintenance, xrd, start=at(0, 8), end=at(0, 12), reason="换灯丝")
        client.force_login(steward)
        answer = client.get(page(upkeep))
        assert [c.act.slug for c in answer.context["choices"]] == ["move", "cancel"]
        assert "¥" not in answer.content.decode()

    def test_upkeep_is_not_under_way_before_it_begins(self, client, monday, xrd, steward):
        """Its step lies ahead until it begins; the acts speak of upkeep; the rules for users are left out."""
        xrd.requirements = "须经培训"
        xrd.save()
        upkeep = perform(steward, book_maintenance, xrd, start=at(0, 10), end=at(0, 12), reason="换灯丝")
        client.force_login(steward)
        answer = client.get(page(upkeep))
        assert [(s.icon, s.state) for s in answer.context["steps"]][1:] == [
            ("tool", "todo"),
            ("circle-check", "todo"),
        ]
        html = answer.content.decode()
        assert ("取消维护" in html, "取消预约" in html, "须经培训" in html) == (True, False, False)
        monday.move_to(at(0, 10))
        client.force_login(steward)
        assert client.get(page(upkeep)).context["steps"][1].state == "now"

    def test_nothing_is_due_for_a_time_given_back(self, client, confirmed, member):
        """No frozen price any more, and one way on instead of two words about none."""
        client.force_login(member)
        act(client, confirmed, "cancel")
        html = client.get(page(confirmed)).content.decode()
        assert "未使用，无需付费" in html
        assert "¥" not in html
        assert ("再约一次" in html, "当前没有可办理的事项" in html) == (True, False)

    def test_the_state_is_said_once_in_the_head(self, client, confirmed, member):
        """The heading is when and what; the badge beside the next step is the one place of the state."""
        client.force_login(member)
        html = client.get(page(confirmed)).content.decode()
        head = html[html.index("<h1>") : html.index("</h1>")]
        assert "已确认" not in head
        assert "3月4日 周三 14:00–16:30" in head

    def test_it_asks_the_database_little(self, client, confirmed, member, django_assert_max_num_queries):
        client.force_login(member)
        with django_assert_max_num_queries(15):
            client.get(page(confirmed))


class TestSteps:
    """Each step does its one thing and leads back."""

    def test_a_get_leads_to_the_booking(self, client, asked, steward):
        client.force_login(steward)
        answer = client.get(reverse("instruments:booking_act", args=[asked.pk, "approve"]))
        assert answer.status_code == 302
        assert answer["Location"] == f"{page(asked)}#approve"

    def test_approve_and_come_back_to_the_desk(self, client, asked, steward, verbs):
        client.force_login(steward)
        answer = act(client, asked, "approve", next="/desk/?day=2026-03-04")
        assert answer["Location"] == "/desk/?day=2026-03-04"
        asked.refresh_from_db()
        assert asked.state == BookingState.CONFIRMED
        assert verbs()[-1] == "instruments.booking.approved"

    @pytest.mark.parametrize("away", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:1"])
    def test_it_leads_nowhere_else(self, client, asked, steward, away):
        client.force_login(steward)
        assert act(client, asked, "approve", next=away)["Location"] == page(asked)

    def test_decline_needs_a_reason(self, client, asked, steward, ledger):
        before = ledger()
        client.force_login(steward)
        answer = act(client, asked, "decline", reason="  ")
        assert answer.status_code == 422
        assert before.unchanged()
        answer = act(client, asked, "decline", reason="样品含汞")
        asked.refresh_from_db()
        assert (asked.state, asked.reason) == (BookingState.DECLINED, "样品含汞")

    def test_cancel(self, client, confirmed, member):
        client.force_login(member)
        assert act(client, confirmed, "cancel", reason="").status_code == 302
        confirmed.refresh_from_db()
        assert confirmed.state == BookingState.CANCELLED

    def test_cancel_after_the_cut_off_says_so(self, client, confirmed, member, monday, ledger):
        monday.move_to(at(2, 13))
        before = ledger()
        client.force_login(member)
        answer = act(client, confirmed, "cancel", reason="病了")
        assert answer.status_code == 422
        assert "2026-03-04 12:00" in answer.content.decode()
        assert before.unchanged()

    def test_a_visit_from_check_in_to_the_usage_record(self, client, confirmed, member, steward, monday):
        monday.move_to(at(2, 13, 50))
        client.force_login(member)
        assert act(client, confirmed, "check-in").status_code == 302
        confirmed.refresh_from_db()
        monday.move_to(at(2, 16, 30))
        client.force_login(steward)
        answer = act(client, confirmed, "check-out", effective_hours="2.25", samples="6")
        assert answer.status_code == 302
        record = UsageRecord.objects.get(booking=confirmed)
        assert (record.effective_hours, record.samples, record.income) == (Decimal("2.25"), 6, Decimal(300))
        shown = client.get(page(confirmed))
        assert shown.context["choices"] == []
        assert record.record_id in shown.content.decode()
        assert "2.25" in shown.content.decode()

    def test_impossible_hours_stand_beside_their_field(self, client, confirmed, member, monday, ledger):
        monday.move_to(at(2, 14))
        booking = perform(member, check_in, confirmed)
        monday.move_to(at(2, 16))
        before = ledger()
        client.force_login(member)
        answer = act(client, booking, "check-out", effective_hours="99", samples="1")
        assert answer.status_code == 422
        (choice,) = answer.context["choices"]
        assert choice.open
        assert "effective_hours" in choice.form.errors
        assert before.unchanged()

    def test_an_empty_check_out_counts_from_check_in(self, client, confirmed, member, monday):
        monday.move_to(at(2, 14))
        booking = perform(member, check_in, confirmed)
        monday.move_to(at(2, 16))
        client.force_login(member)
        assert act(client, booking, "check-out").status_code == 302
        assert UsageRecord.objects.get().effective_hours == Decimal("2.00")

    def test_too_early_to_check_in(self, client, confirmed, member, ledger):
        before = ledger()
        client.force_login(member)
        assert act(client, confirmed, "check-in").status_code == 422
        assert before.unchanged()


class TestRefusals:
    """What may not be done changes nothing."""

    @pytest.mark.parametrize("verb", ["approve", "decline", "cancel", "move", "check-in", "check-out"])
    def test_for_strangers_there_is_no_such_booking(self, client, asked, outsider, verb, ledger):
        before = ledger()
        address = reverse("instruments:booking_act", args=[asked.pk, verb])
        assert "login" in client.post(address)["Location"]
        client.force_login(outsider)
        assert client.post(address, {"version": asked.version}).status_code == 404
        assert before.unchanged()

    def test_the_person_does_not_approve(self, client, asked, member, ledger):
        before = ledger()
        client.force_login(member)
        assert act(client, asked, "approve").status_code == 404
        assert before.unchanged()
        assert Entry.objects.filter(verb="instruments.refused").exists()

    def test_an_unknown_step_does_not_exist(self, client, asked, member):
        client.force_login(member)
        assert act(client, asked, "expire").status_code == 404

    def test_what_changes_between_the_page_and_the_lock_is_not_confirmed_unseen(
        self, client, asked, steward, monkeypatch
    ):
        """The owner moves the request after the steward's click was read and before the booking is locked."""
        client.force_login(steward)

        find = views.booking_for

        def late(reader, pk):
            found = find(reader, pk)
            if found.version == 1:
                perform(found.person, move_booking, asked, start=at(3, 9), end=at(3, 11))
            return found

        monkeypatch.setattr(views, "booking_for", late)
        answer = act(client, asked, "approve")
        asked.refresh_from_db()
        assert answer.status_code == 409
        assert (asked.state, asked.start, asked.version) == (BookingState.REQUESTED, at(3, 9), 2)
        assert answer.context["tried"].meanwhile.icon == "arrows-exchange"

    @pytest.mark.parametrize("version", ["", "0", "2", "x"])
    def test_an_old_page_is_told_so(self, client, asked, steward, version, ledger):
        before = ledger()
        client.force_login(steward)
        answer = act(client, asked, "approve", version=version)
        assert answer.status_code == 409
        assert before.unchanged()

    def test_a_decision_taken_meanwhile_keeps_the_typed_reason(self, client, asked, steward, manager):
        seen = asked.version
        perform(manager, approve_booking, asked)
        client.force_login(steward)
        answer = act(client, asked, "decline", version=seen, reason="样品含汞")
        assert answer.status_code == 409
        assert "样品含汞" in answer.content.decode()
        step = answer.context["tried"].meanwhile
        assert (str(step.title), step.who) == ("已批准", str(manager))
        assert "最近一步" in answer.content.decode()

    def test_the_wrong_state_is_named(self, client, confirmed, steward, ledger):
        before = ledger()
        client.force_login(steward)
        assert act(client, confirmed, "approve").status_code == 409
        assert before.unchanged()


def test_a_booking_of_two_stations_names_its_own(client, monday, member):
    """With several stations the number is told."""
    instrument = make_instrument(station_count=2)
    make_steward(instrument)
    booking = perform(
        member, request_booking, instrument, start=at(2, 9), end=at(2, 10), purpose="x", station=2
    )
    client.force_login(member)
    assert client.get(page(booking)).context["booking"].station == 2

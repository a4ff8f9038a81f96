"""Records that never happened, stand on the wrong instrument, or were written without anybody saying so."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from audit.models import Entry
from changes import perform, subscribe
from changes.errors import NotAllowed
from changes.events import _subscribers
from instruments.booking.actions.requests import request_booking
from instruments.booking.actions.sweeps import end_forgotten_visits
from instruments.booking.actions.visit import check_in
from instruments.booking.enums import BookingState
from instruments.booking.events import TimeFreed
from instruments.usage.actions import visits
from instruments.usage.actions.ending import agree_usage, void_usage
from instruments.usage.actions.usage import correct_usage
from instruments.usage.errors import UsageRefused
from instruments.usage.models import UsageRecord
from instruments.usage.queries.usage_totals import usage_totals
from tests.factories.instruments import StewardshipFactory, UsageRecordFactory, make_instrument
from tests.instruments.moments import at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def record(xrd, steward):
    """Sunday 09:00 to 11:00, for 300 yuan."""
    return UsageRecordFactory(
        instrument=xrd, unit=xrd.unit, start=at(-1, 9), end=at(-1, 11), user_kind="external", income=300
    )


@pytest.fixture
def freed():
    """What was freed."""
    found = []

    def hear(work, event):
        found.append((event.instrument.pk, event.station, event.start, event.end))

    subscribe(TimeFreed, hear)
    yield found
    _subscribers[TimeFreed].remove(hear)


def counted(instrument):
    """Records, hours and income that count in the week before."""
    row = usage_totals(at(-7, 0), at(7, 0), [instrument.pk]).get(instrument.pk)
    return (row.records, row.income) if row else (0, Decimal(0))


class TestVoiding:
    def test_it_counts_no_longer_and_its_time_is_free(self, xrd, steward, record, freed):
        assert counted(xrd) == (1, Decimal(300))
        done = perform(steward, void_usage, record, reason=" 从未上机 ")
        assert counted(xrd) == (0, Decimal(0))
        kept = UsageRecord.objects.get()
        assert (kept.is_current, kept.void_reason, kept.voided_by) == (False, "从未上机", steward)
        assert (kept.income, kept.pk, done.voided_at) == (Decimal(300), record.pk, kept.voided_at)
        assert freed == [(xrd.pk, 1, at(-1, 9), at(-1, 11))]
        entry = Entry.objects.get(verb="instruments.usage.voided")
        assert (entry.actor_id, entry.target_id, entry.after) == (
            steward.pk, str(record.pk), {"reason": "从未上机"}
        )  # fmt: skip
        UsageRecordFactory(instrument=xrd, unit=xrd.unit, start=at(-1, 10), end=at(-1, 12))

    @pytest.mark.parametrize("reason", ["", "  ", "长" * 201, "a\0b"])
    def test_it_wants_a_reason(self, steward, record, reason):
        with pytest.raises(UsageRefused) as refused:
            perform(steward, void_usage, record, reason=reason)
        assert list(refused.value.fields) == ["void_reason"]
        assert UsageRecord.objects.get().is_current

    def test_only_a_keeper_and_only_once(self, member, steward, record):
        with pytest.raises(NotAllowed):
            perform(member, void_usage, record, reason="否")
        assert Entry.objects.get(verb="instruments.refused").after["verb"] == "void_usage"
        perform(steward, void_usage, record, reason="是")
        for again in (
            lambda: perform(steward, void_usage, record, reason="再"),
            lambda: perform(steward, correct_usage, record, reason="再", samples=9),
        ):
            with pytest.raises(UsageRefused) as refused:
                again()
            assert refused.value.fields == {"record_id": ["这条记录已作废。"]} or "voided" in str(
                refused.value.fields
            )

    def test_its_page(self, client, steward, record):
        client.force_login(steward)
        page = f"/usage/{record.pk}/"
        assert f'action="{page}void/"' in client.get(page).content.decode()
        assert client.post(f"{page}void/", {"void_reason": ""}).status_code == 422
        assert client.post(f"{page}void/", {"void_reason": "从未上机"}).headers["Location"] == page
        text = client.get(page).content.decode()
        assert "从未上机" in text
        assert f"{page}void/" not in text
        assert client.get(f"{page}void/").headers["Location"] == page


class TestMoving:
    def test_to_another_instrument(self, xrd, steward, record, freed):
        other = make_instrument(unit=xrd.unit)
        StewardshipFactory(instrument=other, person=steward)
        moved = perform(steward, correct_usage, record, reason="仪器填错", instrument=other)
        assert (moved.instrument, moved.corrects, moved.record_id) == (other, record, record.record_id)
        assert (counted(xrd), counted(other)) == ((0, Decimal(0)), (1, Decimal(300)))
        assert freed == [(xrd.pk, 1, at(-1, 9), at(-1, 11))]
        entry = Entry.objects.get(verb="instruments.usage.moved")
        assert entry.after["reason"] == "仪器填错"

    def test_not_to_one_that_is_not_kept(self, xrd, steward, record):
        other = make_instrument(unit=xrd.unit)
        with pytest.raises(NotAllowed):
            perform(steward, correct_usage, record, reason="否", instrument=other)
        assert UsageRecord.objects.get().instrument == xrd

    def test_by_its_page(self, client, xrd, steward, record):
        other = make_instrument(unit=xrd.unit, station_count=2)
        StewardshipFactory(instrument=other, person=steward)
        client.force_login(steward)
        page = f"/usage/{record.pk}/correct/"
        initial = client.get(page).context["form"].initial
        sent = {name: "" if value is None else value for name, value in initial.items()}
        sent |= {"start_time": "09:00", "end_time": "11:00"}
        answer = client.post(page, sent | {"instrument": other.code, "station": 2, "reason": "仪器填错"})
        assert answer.status_code == 302, answer.context["form"].errors
        fresh = UsageRecord.objects.current().get()
        assert (fresh.instrument, fresh.station, fresh.start) == (other, 2, record.start)


class TestForgotten:
    @pytest.fixture
    def forgotten(self, xrd, steward, member, monday):
        """Wednesday 09:00 to 11:00, checked in and never out."""
        xrd.policy.approval_required = False
        xrd.policy.save()
        booking = perform(member, request_booking, xrd, start=at(2, 9), end=at(2, 11), purpose="相分析")
        monday.move_to(at(2, 9))
        return perform(member, check_in, booking)

    def test_it_ends_at_the_booked_end_and_waits_for_a_keeper(self, forgotten, steward, monday, client):
        late = at(2, 13) + dt.timedelta(seconds=1)
        assert end_forgotten_visits(at(2, 13)) == 0
        monday.move_to(late)
        assert (end_forgotten_visits(late), end_forgotten_visits(late)) == (1, 0)
        forgotten.refresh_from_db()
        record = UsageRecord.objects.get()
        assert (forgotten.state, forgotten.checked_out_at) == (BookingState.COMPLETED, at(2, 11))
        assert (record.start, record.end, record.effective_hours) == (at(2, 9), at(2, 11), Decimal("2.00"))
        assert (record.to_confirm, record.recorded_by, record.income) == (True, None, forgotten.price)
        client.force_login(steward)
        desk = client.get("/desk/")
        assert desk.context["records"].unconfirmed == [record]
        assert desk.context["due"] == 1
        answer = client.post(f"/usage/{record.pk}/agree/", {"next": "/desk/"})
        assert answer.headers["Location"] == "/desk/"
        record.refresh_from_db()
        assert (record.to_confirm, record.agreed_by, record.is_current) == (False, steward, True)
        assert client.get("/desk/").context["records"].unconfirmed == []

    def test_one_that_cannot_be_recorded_does_not_stop_the_others(self, forgotten, monday, monkeypatch):
        late = at(2, 14)
        monday.move_to(late)
        with monkeypatch.context() as broken:
            broken.setattr(visits, "entry_problems", lambda *args: [("end", "否")])
            assert end_forgotten_visits(late) == 0
        forgotten.refresh_from_db()
        assert forgotten.state == BookingState.IN_USE
        assert end_forgotten_visits(late) == 1

    def test_only_a_keeper_agrees_and_only_with_what_waits(self, forgotten, member, steward, monday, record):
        monday.move_to(at(2, 14))
        end_forgotten_visits(at(2, 14))
        waiting = UsageRecord.objects.get(to_confirm=True)
        with pytest.raises(NotAllowed):
            perform(member, agree_usage, waiting)
        with pytest.raises(UsageRefused):
            perform(steward, agree_usage, record)
        assert UsageRecord.objects.filter(to_confirm=True).count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"to_confirm": False},
        {"agreed_at": at(0, 1)},
        {"to_confirm": False, "agreed_at": at(0, 1), "income": 1},
        {"is_current": False, "voided_at": at(0, 1)},
        {"is_current": False, "void_reason": "否"},
        {"voided_at": at(0, 1), "void_reason": "否"},
        {"is_current": False, "voided_at": at(0, 1), "void_reason": "否", "samples": 1},
        {"kept_because": "否"},
    ],
)
def test_the_database_lets_nothing_else_change(xrd, change):
    record = UsageRecordFactory(instrument=xrd, unit=xrd.unit, to_confirm=True, samples=3)
    rows = UsageRecord.objects.filter(pk=record.pk)
    before = rows.values().get()
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(**change)
    assert rows.values().get() == before

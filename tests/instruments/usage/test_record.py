"""Recording uses: one by one, a thousand at a time, and corrections."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from audit.models import Entry
from changes import StaleVersion, perform
from changes.errors import NotAllowed
from folding.times import LOCAL
from instruments.usage.actions import judging, usage
from instruments.usage.actions.usage import correct_usage, record_usage
from instruments.usage.enums import UsageSource
from instruments.usage.errors import UsageRefused
from instruments.usage.models import UsageRecord
from instruments.usage.rules.usage_entries import UsageEntry
from tests.factories.instruments import UsageRecordFactory, make_instrument, make_steward
from tests.factories.members import AdminFactory, make_manager, make_officer
from tests.instruments.moments import at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def entry(instrument, **more):
    """Tuesday of the week before, 09:00 to 12:00, 2.50 hours."""
    return UsageEntry(
        **{
            "record_id": "S-1",
            "instrument_code": instrument.code,
            "start": at(-6, 9),
            "end": at(-6, 12),
            "effective_hours": Decimal("2.50"),
            "user_kind": "external",
            "purpose": "research",
            "samples": 3,
            "income": Decimal("300.00"),
            "user_name": "王五",
            "user_unit": "测试企业",
        }
        | more
    )


def fates(entries, actor, **more):
    """The status of each entry."""
    return [o.status for o in perform(actor, record_usage, entries, source=UsageSource.STEWARD, **more)]


def refused(item, actor):
    """The wrong fields of an entry that is refused, with nothing written."""
    before = UsageRecord.objects.count()
    (outcome,) = perform(actor, record_usage, [item], source=UsageSource.API)
    assert outcome.status == "refused"
    assert UsageRecord.objects.count() == before
    return [e.field for e in outcome.errors]


class TestRecord:
    """Each entry by itself."""

    def test_hours_are_start_up_measurement_and_processing(self, xrd, steward, verbs):
        """2.50 = 0.50 + 1.75 + 0.25."""
        item = entry(xrd, startup_hours=Decimal("0.50"), processing_hours=Decimal("0.25"))
        assert fates([item], steward) == ["created"]
        found = UsageRecord.objects.get()
        assert (found.startup_hours, found.measurement_hours, found.processing_hours) == (
            Decimal("0.50"),
            Decimal("1.75"),
            Decimal("0.25"),
        )
        assert (found.unit, found.recorded_by, found.source) == (xrd.unit, steward, "steward")
        assert verbs() == ["instruments.usage.recorded"]

    def test_a_batch_leaves_the_good_ones_alone(self, xrd, steward):
        """Created, refused for hours, refused for overlap, created."""
        items = [
            entry(xrd, record_id="1"),
            entry(xrd, record_id="2", start=at(-5, 9), end=at(-5, 10), effective_hours=Decimal("1.01")),
            entry(xrd, record_id="3", start=at(-6, 11), end=at(-6, 13), effective_hours=Decimal(2)),
            entry(xrd, record_id="4", start=at(-6, 12), end=at(-6, 15)),
        ]
        outcomes = perform(steward, record_usage, items, source=UsageSource.IMPORT)
        assert [o.status for o in outcomes] == ["created", "refused", "refused", "created"]
        assert [e.field for e in outcomes[1].errors] == ["effective_hours"]
        with override("en"):
            again = perform(steward, record_usage, items[2:3], source=UsageSource.IMPORT)
        assert [(e.field, e.message) for e in again[0].errors] == [
            ("start", "Record 1 covers part of this time: 2026-02-24 09:00 to 2026-02-24 12:00.")
        ]

    def test_sent_again_it_is_unchanged(self, xrd, steward):
        """In the same batch too, and with other blanks."""
        item = entry(xrd)
        assert fates([item, item], steward) == ["created", "unchanged"]
        assert fates([replace(item, record_id=" S-1 ", effective_hours=Decimal("2.5"))], steward) == [
            "unchanged"
        ]
        assert UsageRecord.objects.count() == 1

    def test_other_content_is_a_correction(self, xrd, steward, verbs):
        """The old row stays and no longer counts; the time may overlap its own old time."""
        assert fates([entry(xrd)], steward) == ["created"]
        assert fates([entry(xrd, end=at(-6, 11), effective_hours=Decimal("2.00"))], steward) == ["updated"]
        old, new = UsageRecord.objects.order_by("-is_current").reverse()
        assert (old.is_current, new.is_current, new.corrects) == (False, True, old)
        assert (old.effective_hours, new.effective_hours) == (Decimal("2.50"), Decimal("2.00"))
        assert verbs() == ["instruments.usage.recorded", "instruments.usage.corrected"]
        after = Entry.objects.order_by("-sequence").first().after
        assert after["corrects"] == str(old.pk)

    def test_stations_do_not_get_in_each_others_way(self):
        """Two at a time on two stations, no third station."""
        twin = make_instrument(station_count=2)
        keeper = make_steward(twin)
        assert fates([entry(twin), entry(twin, record_id="S-2", station=2)], keeper) == ["created"] * 2
        assert refused(entry(twin, record_id="S-3", station=3), keeper) == ["station"]

    @pytest.mark.parametrize(
        ("wrong", "fields"),
        [
            ({"record_id": " "}, ["record_id"]),
            ({"record_id": "x" * 51}, ["record_id"]),
            ({"user_name": "x" * 51, "user_unit": "x" * 101}, ["user_name", "user_unit"]),
            ({"user_name": "a\0"}, ["user_name"]),
            ({"end": at(-6, 9)}, ["end"]),
            ({"end": at(0, 9, 1)}, ["end"]),
            ({"start": at(-400, 9), "effective_hours": Decimal(1)}, ["end"]),
            ({"start": at(-6, 9).replace(tzinfo=None)}, ["start"]),
            ({"start": dt.datetime(1, 1, 1, tzinfo=LOCAL)}, ["end", "start"]),
            (
                {"end": dt.datetime(9999, 12, 31, 23, 59, tzinfo=dt.timezone(-dt.timedelta(hours=9)))},
                ["end", "end"],
            ),
            ({"effective_hours": Decimal("3.01")}, ["effective_hours"]),
            ({"effective_hours": Decimal(-1)}, ["effective_hours"]),
            ({"effective_hours": Decimal("1.005")}, ["effective_hours"]),
            ({"effective_hours": Decimal("Infinity")}, ["effective_hours"]),
            ({"startup_hours": Decimal("2.00"), "processing_hours": Decimal("0.51")}, ["effective_hours"]),
            ({"income": Decimal("-0.01"), "samples": -1}, ["income", "samples"]),
            ({"income": Decimal("1E+30"), "samples": 2**31}, ["income", "samples"]),
            ({"user_kind": "friend", "purpose": "fun"}, ["user_kind", "purpose"]),
            ({"instrument_code": "NO-SUCH"}, ["instrument"]),
            ({"instrument_code": "A\0"}, ["instrument"]),
        ],
    )
    def test_wrong_fields_are_named(self, xrd, steward, wrong, fields):
        """All of them at once."""
        assert refused(entry(xrd, **wrong), steward) == fields

    def test_rights(self, xrd, steward, manager, member, outsider, verbs):
        """Steward, manager and superuser record; others' rows are refused like an unknown code, and on record."""
        for n, person in enumerate((steward, manager, AdminFactory())):
            item = entry(xrd, record_id=f"R{n}", start=at(-6 + n, 9), end=at(-6 + n, 12))
            assert fates([item], person) == ["created"]
        for person in (member, outsider, make_officer()):
            assert refused(entry(xrd, record_id="X"), person) == ["instrument"]
        assert verbs()[3:] == ["instruments.refused"] * 3

    def test_a_unit_named_is_the_only_unit(self, xrd, steward, manager, member):
        """The steward of two units' instruments records for the named one alone; a stranger for none."""
        other = make_instrument()
        other.stewardships.create(person=steward, valid_from=dt.date(2020, 1, 1))
        items = [entry(xrd), entry(other, record_id="S-2")]
        assert fates(items, steward, unit=xrd.unit) == ["created", "refused"]
        with pytest.raises(NotAllowed):
            fates(items, member, unit=xrd.unit)
        with pytest.raises(NotAllowed):
            fates(items, make_manager(other.unit), unit=xrd.unit)

    def test_at_most_a_thousand_from_a_known_source(self, xrd, steward):
        """More is refused as a whole."""
        with pytest.raises(UsageRefused) as refusal:
            fates([entry(xrd)] * 1001, steward)
        assert list(refusal.value.fields) == ["records"]
        with pytest.raises(ValueError, match="rumour"):
            perform(steward, record_usage, [], source="rumour")
        assert fates([], steward) == []

    def test_a_writer_past_the_lock_loses_politely(self, xrd, steward, monkeypatch):
        """With our own check blinded, the constraint's refusal names the record all the same."""
        assert fates([entry(xrd)], steward) == ["created"]
        monkeypatch.setattr(judging, "held_times", lambda *_args: [])
        assert refused(entry(xrd, record_id="S-2"), steward) == ["start"]

    def test_a_number_taken_past_the_lock_is_named(self, xrd, steward, monkeypatch):
        """Another time under a number that our own look did not find: the key of the table refuses it."""
        assert fates([entry(xrd)], steward) == ["created"]
        monkeypatch.setattr(usage, "current_by_number", lambda *_args: {})
        assert refused(entry(xrd, start=at(-5, 9), end=at(-5, 12)), steward) == ["record_id"]

    def test_a_version_of_what_names_no_instrument_of_ours_is_not_compared(self, xrd, steward):
        """It is refused for that, and not as stale."""
        (outcome,) = perform(
            steward,
            record_usage,
            [entry(xrd, instrument_code="NONE")],
            source=UsageSource.API,
            seen=3,
        )
        assert (outcome.status, [e.field for e in outcome.errors]) == ("refused", ["instrument"])
        with pytest.raises(StaleVersion):
            perform(steward, record_usage, [entry(xrd)], source=UsageSource.API, seen=3)
        assert not UsageRecord.objects.exists()

    def test_queries_do_not_grow_with_the_entries(self, xrd, steward):
        """Eleven cost what one costs: one look, one write, one piece of history."""
        fates([entry(xrd, record_id="0", start=at(-20, 1), end=at(-20, 4))], steward)

        def cost(count, day):
            items = [
                entry(
                    xrd,
                    record_id=f"{day}-{n}",
                    start=at(day, n),
                    end=at(day, n + 1),
                    effective_hours=Decimal(1),
                )
                for n in range(count)
            ]
            with CaptureQueriesContext(connection) as captured:
                assert fates(items, steward) == ["created"] * count
            return len(captured)

        assert cost(11, -10) == cost(1, -12)


class TestTyped:
    """What people type is always new."""

    def test_a_known_number_is_refused(self, xrd, steward):
        """Whoever typed first keeps it; nothing is replaced unseen."""
        first = perform(steward, record_usage, [entry(xrd)], source=UsageSource.STEWARD, new_only=True)
        other = entry(xrd, start=at(-5, 9), end=at(-5, 12), samples=9)
        (second,) = perform(steward, record_usage, [other], source=UsageSource.STEWARD, new_only=True)
        assert [o.status for o in first] == ["created"]
        assert (second.status, [e.field for e in second.errors]) == ("refused", ["record_id"])
        assert UsageRecord.objects.get().samples == 3

    def test_an_empty_number_is_chosen_under_the_lock(self, xrd, steward):
        """Instrument code and start; the same use typed twice meets its own time."""
        (first,) = perform(
            steward, record_usage, [entry(xrd, record_id="")], source=UsageSource.STEWARD, new_only=True
        )
        assert first.record_id == f"{xrd.code}-202602240900"
        assert UsageRecord.objects.get().record_id == f"{xrd.code}-202602240900"
        (again,) = perform(
            steward, record_usage, [entry(xrd, record_id=" ")], source=UsageSource.STEWARD, new_only=True
        )
        assert (again.status, [e.field for e in again.errors]) == ("refused", ["start"])
        assert UsageRecord.objects.count() == 1


class TestSentTogether:
    """One call, many entries."""

    def test_one_number_stands_for_one_content(self, xrd, steward):
        """The second content is refused, in this call and each time it is sent again."""
        batch = [entry(xrd), entry(xrd, samples=9)]
        assert fates(batch, steward) == ["created", "refused"]
        assert fates(batch, steward) == ["unchanged", "refused"]
        assert UsageRecord.objects.count() == 1

    def test_entries_get_in_each_others_way(self, xrd, steward):
        """The first holds its time against the second of the same batch, touching is free."""
        batch = [
            entry(xrd, record_id="A"),
            entry(xrd, record_id="B", start=at(-6, 11), end=at(-6, 13), effective_hours=Decimal(1)),
            entry(xrd, record_id="C", start=at(-6, 12), end=at(-6, 13), effective_hours=Decimal(1)),
        ]
        assert fates(batch, steward) == ["created", "refused", "created"]

    def test_a_correction_gives_its_old_time_to_the_next(self, xrd, steward):
        """A moves to the afternoon, B takes the morning."""
        assert fates([entry(xrd, record_id="A")], steward) == ["created"]
        moved = entry(xrd, record_id="A", start=at(-6, 14), end=at(-6, 17))
        assert fates([moved, entry(xrd, record_id="B")], steward) == ["updated", "created"]

    def test_where_somebody_wrote_past_the_lock_the_others_stand(self, xrd, steward, monkeypatch):
        """The guard of the database refuses the whole write; then each is written by itself."""
        UsageRecordFactory(instrument=xrd, start=at(-6, 10), end=at(-6, 11))
        monkeypatch.setattr(judging, "held_times", lambda *_args: [])
        wrong = entry(xrd, record_id="C", samples=-1)
        batch = [entry(xrd, record_id="A"), wrong, entry(xrd, record_id="B", start=at(-5, 9), end=at(-5, 12))]
        assert fates(batch, steward) == ["refused", "refused", "created"]
        assert Entry.objects.filter(verb="instruments.usage.recorded").count() == 1

    def test_a_correction_names_its_source(self, xrd, steward):
        """No reason is ever empty."""
        perform(steward, record_usage, [entry(xrd)], source=UsageSource.API)
        perform(steward, record_usage, [entry(xrd, samples=9)], source=UsageSource.API)
        assert UsageRecord.objects.current().get().correction_reason == str(UsageSource.API.label)


class TestCorrect:
    """A correction is a new entry that refers to the old."""

    def test_the_new_record_counts(self, xrd, steward, verbs):
        """With the reason on it."""
        perform(steward, record_usage, [entry(xrd)], source=UsageSource.API)
        old = UsageRecord.objects.get()
        new = perform(
            steward, correct_usage, old, reason="机时记错", effective_hours=Decimal("1.50"), samples=9
        )
        old.refresh_from_db()
        assert (old.is_current, new.corrects, new.correction_reason) == (False, old, "机时记错")
        assert (new.record_id, new.effective_hours, new.samples, new.source) == (
            "S-1",
            Decimal("1.50"),
            9,
            "api",
        )
        assert verbs()[-1] == "instruments.usage.corrected"
        newest = perform(steward, correct_usage, new, reason="再改", samples=8)
        assert UsageRecord.objects.current().get() == newest

    def test_a_writer_past_the_lock_keeps_the_time(self, xrd, steward, monkeypatch):
        """With our own check blinded the old record stays the one that counts."""
        perform(steward, record_usage, [entry(xrd)], source=UsageSource.API)
        old = UsageRecord.objects.get()
        UsageRecordFactory(instrument=xrd, start=at(-5, 9), end=at(-5, 12))
        monkeypatch.setattr(judging, "held_times", lambda *_args: [])
        with pytest.raises(UsageRefused) as refusal:
            perform(steward, correct_usage, old, reason="日期记错", start=at(-5, 10), end=at(-5, 13))
        assert list(refusal.value.fields) == ["start"]
        old.refresh_from_db()
        assert (old.is_current, UsageRecord.objects.count()) == (True, 2)

    def test_refusals_change_nothing(self, xrd, steward, member):
        """Right, reason, field, content, and what was corrected before."""
        perform(steward, record_usage, [entry(xrd)], source=UsageSource.STEWARD)
        UsageRecordFactory(instrument=xrd, start=at(-6, 13), end=at(-6, 14))
        old = UsageRecord.objects.get(record_id="S-1")
        with pytest.raises(NotAllowed):
            perform(member, correct_usage, old, reason="x", samples=1)
        for reason, changes, field in (
            (" ", {"samples": 1}, "correction_reason"),
            ("x" * 201, {"samples": 1}, "correction_reason"),
            ("x", {"record_id": "other"}, "record_id"),
            ("x", {"colour": "red"}, "colour"),
            ("x", {}, "record_id"),
            ("x", {"effective_hours": Decimal(9)}, "effective_hours"),
            ("x", {"end": at(-6, 13, 30)}, "start"),
        ):
            with pytest.raises(UsageRefused) as refusal:
                perform(steward, correct_usage, old, reason=reason, **changes)
            assert list(refusal.value.fields) == [field]
        assert UsageRecord.objects.count() == 2
        perform(steward, correct_usage, old, reason="x", samples=1)
        with pytest.raises(UsageRefused) as refusal:
            perform(steward, correct_usage, old, reason="x", samples=2)
        assert list(refusal.value.fields) == ["record_id"]

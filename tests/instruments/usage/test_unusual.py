"""What is unusual is asked about before it is written; files and batches are judged by what stands in the end."""

from decimal import Decimal

import pytest

from changes import perform
from instruments.usage.actions.usage import correct_usage, record_usage
from instruments.usage.enums import UsageSource
from instruments.usage.errors import UsageUnusual
from instruments.usage.models import UsageRecord
from tests.factories.instruments import UsageRecordFactory
from tests.instruments.moments import at
from tests.instruments.usage.test_record import entry
from tests.instruments.usage.usage_pages import HEADER, preview, upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
BILLION = Decimal("1000000000.00")


def outcomes(person, entries, source=UsageSource.STEWARD, **more):
    return [
        (one.status, [e.field for e in one.errors])
        for one in perform(person, record_usage, entries, source=source, **more)
    ]


def line(number, code, hour, income="100"):
    return f"{number},{code},2026-02-04 {hour:02d}:00,2026-02-04 {hour + 1:02d}:00,1,external,research,1,{income},,\n"


class TestAsked:
    def test_a_billion_is_not_written_without_a_reason(self, xrd, steward):
        assert outcomes(steward, [entry(xrd, income=BILLION)]) == [("unusual", ["income"])]
        assert not UsageRecord.objects.exists()
        kept = entry(xrd, income=BILLION, because="整机转让的一次性收入")
        assert outcomes(steward, [kept]) == [("created", [])]
        record = UsageRecord.objects.get()
        assert (record.income, record.kept_because, record.to_confirm) == (
            BILLION,
            "整机转让的一次性收入",
            False,
        )

    def test_a_reason_is_stored_only_where_it_was_asked_for(self, xrd, steward):
        assert outcomes(steward, [entry(xrd, because="无")]) == [("created", [])]
        assert UsageRecord.objects.get().kept_because == ""

    def test_a_program_is_not_asked_but_a_keeper_looks(self, xrd, steward, client):
        assert outcomes(steward, [entry(xrd, income=BILLION)], UsageSource.API) == [("created", [])]
        record = UsageRecord.objects.get()
        assert record.to_confirm
        client.force_login(steward)
        assert client.get("/desk/").context["records"].unconfirmed == [record]

    def test_a_correction_is_asked_too(self, xrd, steward):
        outcomes(steward, [entry(xrd)])
        record = UsageRecord.objects.get()
        with pytest.raises(UsageUnusual) as refused:
            perform(steward, correct_usage, record, reason="更正", samples=9999)
        assert list(refused.value.fields) == ["samples"]
        fresh = perform(steward, correct_usage, record, reason="更正", samples=9999, because="连续进样器")
        assert (fresh.samples, fresh.kept_because) == (9999, "连续进样器")

    def test_opening_hours_are_compared_for_long_ones(self, xrd, steward):
        """Tuesday to Wednesday morning, 24 hours; the instrument opens for twelve a day."""
        long = entry(xrd, end=at(-5, 9), effective_hours=Decimal(13), income=Decimal(0))
        assert outcomes(steward, [long]) == [("unusual", ["effective_hours"])]
        assert outcomes(steward, [entry(xrd, end=at(-5, 9), effective_hours=Decimal(12))]) == [
            ("created", [])
        ]


class TestPreview:
    def test_nothing_is_written_before_it_was_looked_at(self, client, xrd, steward):
        client.force_login(steward)
        file = HEADER + line("T1", xrd.code, 9, "1000000000") + line("T2", xrd.code, 10)
        seen = preview(client, xrd.unit, file)
        assert seen.status_code == 200
        assert dict(seen.context["result"].counts) == {
            "created": 1, "unchanged": 0, "updated": 0, "refused": 0, "unusual": 1
        }  # fmt: skip
        text = seen.content.decode()
        assert 'name="because-2"' in text
        assert not UsageRecord.objects.exists()

    def test_what_has_no_reason_is_left_out(self, client, xrd, steward):
        client.force_login(steward)
        file = HEADER + line("T1", xrd.code, 9, "1000000000") + line("T2", xrd.code, 10)
        done = upload(client, xrd.unit, file)
        assert [row.row for row in done.context["result"].problems] == [2]
        assert list(UsageRecord.objects.values_list("record_id", flat=True)) == ["T2"]
        upload(client, xrd.unit, file, **{"because-2": "年度包机"})
        assert UsageRecord.objects.get(record_id="T1").kept_because == "年度包机"

    def test_a_table_sent_back_is_read_again(self, client, xrd, steward):
        """What was changed on the way is judged anew."""
        client.force_login(steward)
        address = f"/units/{xrd.unit.code}/usage/import/"
        assert client.post(address, {"content": "unsinn", "write": "1"}).status_code == 422
        assert not UsageRecord.objects.exists()


class TestWhole:
    def test_two_records_change_places_in_any_order(self, xrd, steward):
        for number, hour in (("A", 9), ("B", 10)):
            UsageRecordFactory(
                instrument=xrd, unit=xrd.unit, record_id=number, start=at(-6, hour), end=at(-6, hour + 1)
            )
        swapped = [
            entry(
                xrd,
                record_id="A",
                start=at(-6, 10),
                end=at(-6, 11),
                effective_hours=Decimal(1),
                income=Decimal(0),
            ),
            entry(
                xrd,
                record_id="B",
                start=at(-6, 9),
                end=at(-6, 10),
                effective_hours=Decimal(1),
                income=Decimal(0),
            ),
        ]
        for batch in (swapped, swapped[::-1]):
            judged = outcomes(steward, batch, UsageSource.API, only_judge=True)
            assert judged == [("updated", []), ("updated", [])]
        outcomes(steward, swapped, UsageSource.API)
        now = UsageRecord.objects.current().order_by("record_id").values_list("record_id", "start")
        assert list(now) == [("A", at(-6, 10)), ("B", at(-6, 9))]

    def test_who_cannot_move_stays_and_keeps_the_others_out(self, xrd, steward):
        for number, hour in (("A", 9), ("B", 10), ("C", 12)):
            UsageRecordFactory(
                instrument=xrd, unit=xrd.unit, record_id=number, start=at(-6, hour), end=at(-6, hour + 1)
            )
        batch = [
            entry(
                xrd,
                record_id="B",
                start=at(-6, 9),
                end=at(-6, 10),
                effective_hours=Decimal(1),
                income=Decimal(0),
            ),
            entry(
                xrd,
                record_id="A",
                start=at(-6, 12),
                end=at(-6, 13),
                effective_hours=Decimal(1),
                income=Decimal(0),
            ),
        ]
        assert [status for status, _ in outcomes(steward, batch, UsageSource.API)] == ["refused", "refused"]
        assert not UsageRecord.objects.filter(is_current=False).exists()

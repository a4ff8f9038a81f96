"""Pages of usage: importing a file of records, each row's fate told."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from folding.times import LOCAL
from instruments.usage.models import UsageRecord
from tests.factories.instruments import StewardshipFactory, UsageRecordFactory, make_instrument
from tests.instruments.usage.usage_pages import HEADER, all_rows, upload, verbs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


class TestImport:
    """A file of records."""

    def line(self, number: str, code: str, day: int, **other: str) -> str:
        cells = {
            "start": f"2026-02-{day:02d} 09:00",
            "end": f"2026-02-{day:02d} 11:00",
            "hours": "2",
            "kind": "external",
            "purpose": "research",
            "samples": "1",
            "income": "100.10",
        } | other
        return ",".join([number, code, *cells.values(), "王五", "测试企业"]) + "\n"

    def test_a_mixed_file(self, client, xrd, other, steward):
        """Each row has its own fate, and the refused ones can be mended."""
        same = UsageRecordFactory(
            instrument=xrd,
            record_id="SAME",
            start=dt.datetime(2026, 2, 2, 9, tzinfo=LOCAL),
            samples=1,
            income=Decimal("100.10"),
            user_name="王五",
        )
        UsageRecordFactory(instrument=xrd, record_id="OLD", start=dt.datetime(2026, 2, 3, 9, tzinfo=LOCAL))
        file = HEADER + "".join(
            [
                self.line("NEW", xrd.code, 4),
                self.line("ISO", xrd.code, 5, start="2026-02-05T01:00:00Z", end="2026-02-05T11:00:00+08:00"),
                self.line("SHEET", xrd.code, 6, start="2026/2/6 9:00", end="2026/2/6 11:00"),
                self.line("WORDS", xrd.code, 7, kind="外部用户", purpose="科学研究"),
                "\n",
                self.line("SAME", xrd.code, 2),
                self.line("OLD", xrd.code, 3),
                self.line("FOREIGN", other.code, 8),
                self.line("LAPS", xrd.code, 4),
                self.line("HOURS", xrd.code, 9, hours="2.01"),
                self.line("TIME", xrd.code, 10, start="2026-02-10", end="11"),
                self.line("FIGURES", xrd.code, 11, samples="1.5", income="NaN"),
                self.line("NEW", xrd.code, 12),
                ",,,,,,,,5,,\n",
                self.line("WIDE", xrd.code, 13).strip() + ",more\n",
            ]
        )
        client.force_login(steward)
        page = upload(client, xrd.unit, file)
        assert page.status_code == 200
        result = page.context["result"]
        assert dict(result.counts) == {"created": 4, "unchanged": 1, "updated": 1, "refused": 8, "unusual": 0}
        told = [(problem.row, problem.field) for problem in result.problems]
        needed = ("record_id", "instrument", "start", "end", "effective_hours", "user_kind", "purpose")
        assert told == [
            (9, "instrument"),
            (10, "start"),
            (11, "effective_hours"),
            (12, "start"),
            (12, "end"),
            (13, "income"),
            (13, "samples"),
            (14, "record_id"),
            *((15, name) for name in needed),
            (16, ""),
        ]
        assert all(str(problem.message) for problem in result.problems)
        assert page.content.decode().count("<tr>") == len(told) + 1
        assert result.refused_csv.splitlines()[1] == self.line("FOREIGN", other.code, 8).strip()
        current = UsageRecord.objects.current()
        assert set(current.values_list("record_id", flat=True)) == {
            "NEW", "ISO", "SHEET", "WORDS", "SAME", "OLD",
        }  # fmt: skip
        assert current.get(record_id="SAME").pk == same.pk
        assert {row.source for row in current.filter(record_id__in=["NEW", "OLD"])} == {"import"}
        for number, day in (("NEW", 4), ("ISO", 5), ("SHEET", 6), ("WORDS", 7)):
            row = current.get(record_id=number)
            assert row.start == dt.datetime(2026, 2, day, 9, tzinfo=LOCAL)
            assert (row.user_kind, row.purpose) == ("external", "research")

    def test_all_wrong_cells_of_a_row_are_named(self, client, xrd, steward):
        """Also those that can be judged only when the others are read."""
        client.force_login(steward)
        file = HEADER + f"{'N' * 51},NOBODY-1,morning,2026-02-04 11:00,2.123,friend,fun,-3,many,,\n"
        file += f"T,{xrd.code},2026-02-04 09:00,2026-02-04 08:00,x,external,research,1,5.00,,\n"
        file += "U,NOBODY-1,2026-02-04 09:00,2026-02-04 10:00,1,friend,research,1,5.00,,\n"
        result = upload(client, xrd.unit, file).context["result"]
        told = {}
        for problem in result.problems:
            told.setdefault(problem.row, []).append(problem.field)
        assert {row: sorted(names) for row, names in told.items()} == {
            2: [
                "effective_hours",
                "income",
                "instrument",
                "purpose",
                "record_id",
                "samples",
                "start",
                "user_kind",
            ],
            3: ["effective_hours", "end"],
            4: ["instrument", "user_kind"],
        }
        assert not UsageRecord.objects.exists()

    def test_sending_again_changes_nothing(self, client, xrd, steward):
        """All rows are unchanged the second time."""
        client.force_login(steward)
        file = HEADER + self.line("A", xrd.code, 4) + self.line("B", xrd.code, 5)
        assert upload(client, xrd.unit, file).context["result"].counts["created"] == 2
        before, told = all_rows(), verbs()
        assert upload(client, xrd.unit, file).context["result"].counts["unchanged"] == 2
        assert (all_rows(), verbs()) == (before, told)

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
    def test_the_characters_of_spreadsheets(self, client, xrd, steward, encoding):
        """Chinese arrives as it was written."""
        client.force_login(steward)
        file = (HEADER + self.line("A", xrd.code, 4)).replace("\n", "\r\n").encode(encoding)
        assert upload(client, xrd.unit, file).context["result"].counts["created"] == 1
        assert UsageRecord.objects.get().user_name == "王五"

    def test_another_unit_is_not_written(self, client, xrd, steward):
        """Who keeps instruments of two units imports into the one the page is of."""
        elsewhere = make_instrument()
        StewardshipFactory(instrument=elsewhere, person=steward)
        client.force_login(steward)
        result = upload(client, xrd.unit, HEADER + self.line("A", elsewhere.code, 4)).context["result"]
        assert (result.counts["refused"], result.problems[0].field) == (1, "instrument")

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"\n\n",
            HEADER.encode(),
            b"PK\x03\x04\x00\x00",
            b"\xff\xff\xff",
            b"a,b\n1,2\n",
            HEADER.replace("income", "income,colour").encode() + b"1\n",
            HEADER.replace("income", "start").encode() + b"1\n",
            HEADER.encode() + b'"open',
            HEADER.encode() + b"R,X\n" * 1001,
            b"x" * (2 * 1024 * 1024 + 1),
        ],
    )
    def test_a_bad_file_is_named(self, client, xrd, steward, content):
        """One clear sentence at the field; nothing is written."""
        client.force_login(steward)
        answer = upload(client, xrd.unit, content)
        assert answer.status_code == 422
        assert answer.context["form"].errors.keys() == {"file"}
        assert not UsageRecord.objects.exists()

    @pytest.mark.parametrize("head", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0"])
    def test_a_workbook_is_named_as_one(self, client, xrd, steward, head):
        """Whoever works in Excel is told what to do there, not which columns are missing."""
        client.force_login(steward)
        errors = upload(client, xrd.unit, head + b"sheet").context["form"].errors
        assert errors["file"] == ["这是 Excel 工作簿。请在表格软件中另存为 CSV（UTF-8），再上传该文件。"]

    def test_no_file(self, client, xrd, steward):
        """The field is needed."""
        client.force_login(steward)
        answer = client.post(reverse("instruments:usage_import", args=[xrd.unit.code]))
        assert answer.status_code == 422

    def test_the_template_names_the_columns(self, client, xrd, steward):
        """It opens in a spreadsheet, shows an example, and comes back as it is without writing the example."""
        client.force_login(steward)
        address = reverse("instruments:usage_import", args=[xrd.unit.code])
        answer = client.get(address, {"template": "1"})
        assert "attachment" in answer["Content-Disposition"]
        assert answer.content.decode("utf-8-sig").splitlines() == [
            "记录编号,仪器编号,开始时间,结束时间,有效机时,用户类别,用途,样品数,收入,用户姓名,用户单位",
            f"示例,{xrd.code},2026-03-02 09:00,2026-03-02 11:00,2.00,外部用户,科学研究,3,120.50,王某,某某大学",
        ]
        result = upload(client, xrd.unit, answer.content + self.line("A", xrd.code, 4).encode()).context[
            "result"
        ]
        assert (result.counts["created"], result.left_out) == (1, [2])
        assert list(UsageRecord.objects.values_list("record_id", flat=True)) == ["A"]

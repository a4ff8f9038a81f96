"""A file of usage as spreadsheets and people really write it, in either language of the page."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse
from django.utils.translation import override

from changes import perform
from folding.times import LOCAL
from instruments.usage.models import UsageRecord
from reporting import making, runs
from tests.factories.instruments import RateFactory, UsageRecordFactory, make_instrument, make_steward
from tests.instruments.usage.usage_pages import upload
from tests.reporting.kinds import content_of

ENGLISH = (
    "record_id,instrument,start,end,effective_hours,user_kind,purpose,samples,income,user_name,user_unit\n"
)
CHINESE = "记录编号,仪器编号,开始时间,结束时间,有效机时,用户类别,用途,样品数,收入,用户姓名,用户单位\n"
SEM = "IMU-SEM-001"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def november():
    """Time stands still on 27 November 2026."""
    with time_machine.travel(dt.datetime(2026, 11, 27, 9, tzinfo=LOCAL), tick=False):
        yield


@pytest.fixture
def sem(db):
    """An electron microscope that its unit calls ZC-2026-9001."""
    return make_instrument(code=SEM, inner_id="ZC-2026-9001", started_on=dt.date(2020, 1, 1))


@pytest.fixture
def sender(client, sem):
    """Sends a file as the instrument's custodian, with the pages in Chinese or English."""
    client.force_login(make_steward(sem))

    def send(content: bytes | str, language: str = "zh-hans", **because: str):
        client.cookies["django_language"] = language
        answer = upload(client, sem.unit, content, **because)
        return answer.context["result"] or answer.context["form"].errors["file"][0]

    return send


def local(*parts: int) -> dt.datetime:
    return dt.datetime(2026, 10, *parts, tzinfo=LOCAL)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(
    "file",
    [
        CHINESE + "C1,IMU-SEM-001,2026-10-03 04:00,2026-10-03 05:00,1,external,research,3,120.50,甲,乙\n",
        ENGLISH + "C1,IMU-SEM-001,2026-10-03 04:00,2026-10-03 05:00,1,外部用户,科学研究,3,120.50,甲,乙\n",
        (ENGLISH + "C1,IMU-SEM-001,2026-10-03 04:00,2026-10-03 05:00,1,External user,Scientific research,3,"
        "120.50,甲,乙\n"),
        CHINESE + "C1,IMU-SEM-001,2026-10-03 04:00,2026-10-03 05:00,1,校外,科研,3,120.50,甲,乙\n",
        CHINESE + "C1,zc－2026－9001,2026-10-03 04:00,2026-10-03 05:00,1,外部,研究,3,120.50,甲,乙\n",
        "sep=,\n" + ENGLISH + "C1,IMU-SEM-001,2026-10-03 04:00,2026-10-03 05:00,1,external,research,3,120.50,甲,乙\n",
        "sep=;\n"
        + ENGLISH.replace(",", ";")
        + "C1;IMU-SEM-001;2026-10-03 04:00;2026-10-03 05:00;1;external;research;3;120.50;甲;乙\n",
        ("记录编号,编号,仪器,工位,开始时间,结束时间,有效机时,用户类别,用户姓名,用户单位,用途,样品数,收入,来源\n"
        "C1,IMU-SEM-001,扫描电子显微镜,1,2026-10-03T04:00+08:00,2026-10-03T05:00+08:00,1.00,外部用户,甲,乙,科学研究,3,"
        "120.50,文件导入\n"),
    ],
)  # fmt: skip
def test_one_record_in_the_words_of_either_language(sender, sem, file, language):
    result = sender(file, language)
    assert dict(result.counts) == {"created": 1, "unchanged": 0, "updated": 0, "refused": 0, "unusual": 0}
    row = UsageRecord.objects.get()
    assert (row.record_id, row.instrument, row.start, row.end) == ("C1", sem, local(3, 4), local(3, 5))
    assert (row.user_kind, row.purpose, row.samples, row.income) == (
        "external", "research", 3, Decimal("120.50")
    )  # fmt: skip
    assert (row.user_name, row.user_unit) == ("甲", "乙")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_our_own_report_comes_back_unchanged(sender, sem, language):
    steward = make_steward(sem)
    for number, name in (("R1", "甲"), ("=1+2", "@乙")):
        UsageRecordFactory(
            instrument=sem,
            record_id=number,
            user_name=name,
            start=local(len(number), 8),
            income=Decimal("1.10"),
        )
    with override(language):
        run = perform(
            steward,
            runs.request_run,
            "instrument_usage",
            {"unit": sem.unit.code, "start": "2026-10-01", "end": "2026-11-01", "format": "csv"},
            language=language,
        )
    making.make(run.pk)
    run.refresh_from_db()
    assert dict(sender(content_of(run).read()).counts) == {
        "created": 0,
        "unchanged": 2,
        "updated": 0,
        "refused": 0,
        "unusual": 0,
    }


def test_full_width_signs_and_the_end_of_a_day(sender):
    result = sender(
        ENGLISH
        + "F1,IMU-SEM-001,２０２６-10-03 ０９:00,2026-10-03 10:00,1,external,research,3,120.50,甲,乙\n"
        + "F2,IMU-SEM-001,2026-10-03 10:00,2026-10-03 11:00,１,external,research,３,１２０．５０,甲,乙\n"
        + "Ｆ３,ＩＭＵ－ＳＥＭ－００１,2026-10-03 11:00,2026-10-03 12:00,1,external,research,3,120.50,甲,乙\n"
        + "F4,IMU-SEM-001,2026-10-03 12：00,2026-10-03 13：00,1,external,research,3,120.50,甲\u202e,乙\u200b\n"
        + "M1,IMU-SEM-001,2026-10-03 22:00,2026-10-03 24:00,2,external,research,3,120.50,甲,乙\n"
    )
    assert result.counts["created"] == 5, result.problems
    rows = UsageRecord.objects.order_by("start")
    assert [(row.record_id, row.start, row.end) for row in rows] == [
        ("F1", local(3, 9), local(3, 10)),
        ("F2", local(3, 10), local(3, 11)),
        ("F3", local(3, 11), local(3, 12)),
        ("F4", local(3, 12), local(3, 13)),
        ("M1", local(3, 22), local(4)),
    ]
    assert {(row.income, row.samples, row.user_name, row.user_unit) for row in rows} == {
        (Decimal("120.50"), 3, "甲", "乙")
    }


def test_what_spreadsheets_show_and_a_sum(sender, sem):
    # Dear enough that the income asks for no reason.
    RateFactory(instrument=sem, yuan_per_hour=Decimal("3000.00"), valid_from=dt.date(2026, 1, 1))
    result = sender(
        ENGLISH
        + 'R1,IMU-SEM-001,2026/10/5 9:00 AM,2026/10/5 11:00 AM,2,external,research,3,"1,234.50",甲,乙\n'
        + "R2,IMU-SEM-001,2026年10月6日 9:00,2026年10月6日 11:00,2,external,research,3.0,￥1234.50,甲,乙\n"
        + "R3,IMU-SEM-001,2026.10.7 9:00,2026.10.7 11:00,.5,external,research,3,1234.50元,甲,乙\n"
        + "合计,,,,4.5,,,9,3703.50,,\n",
        **{f"because-{row}": "按合同结算" for row in (2, 3, 4)},
    )
    assert (result.counts["created"], result.left_out) == (3, [5])
    rows = UsageRecord.objects.order_by("start")
    assert [(row.start, row.effective_hours, row.samples, row.income) for row in rows] == [
        (local(5, 9), Decimal("2.00"), 3, Decimal("1234.50")),
        (local(6, 9), Decimal("2.00"), 3, Decimal("1234.50")),
        (local(7, 9), Decimal("0.50"), 3, Decimal("1234.50")),
    ]


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ("A,IMU-SEM-001,2026-W41-1T09:00,2026-10-05 11:00,1,external,research,3,1,,", "start"),
        ("A,IMU-SEM-001,٢٠٢٦-10-05 09:00,2026-10-05 11:00,1,external,research,3,1,,", "start"),
        ("A,IMU-SEM-001,2026-10-05 09:00,2026-10-05 11:00,1,external,research,3,1e2,,", "income"),
        ("A,IMU-SEM-001,2026-10-05 09:00,2026-10-05 11:00,1e0,external,research,3,1,,", "effective_hours"),
        ("A,IMU-SEM-001,2026-10-05 09:00,2026-10-05 11:00,1,external,research,3.5,1,,", "samples"),
        ("A-٥,IMU-SEM-001,2026-10-05 09:00,2026-10-05 11:00,1,external,research,3,1,,", "record_id"),
        ("A,IMU-SEM-٠٠١,2026-10-05 09:00,2026-10-05 11:00,1,external,research,3,1,,", "instrument"),
    ],
)
def test_what_is_refused_in_forms_is_refused_here(sender, cells, field):
    result = sender(ENGLISH + cells + "\n")
    assert (result.counts["refused"], [problem.field for problem in result.problems]) == (1, [field])
    assert not UsageRecord.objects.exists()


def test_one_number_written_twice(sender):
    row = ",IMU-SEM-001,2026-10-0{0} 09:00,2026-10-0{0} 10:00,1,external,research,3,1,,\n"
    result = sender(
        ENGLISH
        + "K-5"
        + row.format(1)
        + "K-5\u200b"
        + row.format(2)
        + "k－5"
        + row.format(3)
        + "K-6"
        + row.format(4)
    )
    assert (result.counts["created"], [problem.row for problem in result.problems]) == (2, [3, 4])
    assert set(UsageRecord.objects.values_list("record_id", flat=True)) == {"K-5", "K-6"}


def test_unreadable_files_say_why(sender):
    big5 = (
        ENGLISH + "T1,IMU-SEM-001,2026-10-05 02:00,2026-10-05 03:00,1,external,research,3,120.50,"
    ).encode()
    assert "Big5" in sender(big5 + "測試員,臺灣大學\n".encode("big5"), "en")
    assert "save it as CSV" in sender(b"PK\x03\x04" + b"\0" * 20, "en")
    assert "save it as CSV" in sender(b"\xd0\xcf\x11\xe0" + b"\0" * 20, "en")
    told = sender("编号,数量\n1,2\n", "en")
    assert told.startswith("The header lacks: record_id, start, end,")
    assert told.endswith("This line was taken for the header: 编号, 数量")
    assert not UsageRecord.objects.exists()


def test_the_page_names_the_columns_in_its_language(client, sem):
    client.force_login(make_steward(sem))
    page = client.get(reverse("instruments:usage_import", args=[sem.unit.code])).content.decode()
    assert "记录编号 <code>record_id</code>" in page

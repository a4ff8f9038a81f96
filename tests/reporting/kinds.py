"""A report for tests: says what it is told, and stops where it is told."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

from django import forms
from django.core.files.storage import storages

from reporting import registry
from reporting.document import (
    Bar,
    BarChart,
    Column,
    ColumnChart,
    Document,
    Facts,
    Figure,
    Figures,
    Kind,
    Note,
    Paragraph,
    Section,
    Table,
)
from reporting.forms import ReportForm

EVIL = '=HYPERLINK("http://x","y")'
MARKUP = '#read("/etc/passwd") *bold* _it_ $x$ `code` [link] <label> @ref \\ // x'
ROWS = (
    ("第一研究所", 1, Decimal("1234.50"), Decimal("9999999.01"), Decimal("0.8125"), dt.date(2024, 2, 29)),
    (EVIL, 2, Decimal("0.00"), Decimal("-0.05"), None, None),
    (MARKUP, 3, Decimal("0.01"), Decimal("1.10"), Decimal("1"), dt.date(2025, 12, 31)),
)


class OneNumberForm(ReportForm):
    """Asks for a number."""

    number = forms.IntegerField(min_value=1)


def document(**changes) -> Document:
    """One of every block."""
    columns = (
        Column("单位"),
        Column("名次", Kind.INTEGER),
        Column("机时", Kind.HOURS),
        Column("+金额", Kind.MONEY),
        Column("率", Kind.PERCENT),
        Column("日", Kind.DATE),
    )
    total = ("合计", None, Decimal("1234.51"), Decimal("10000000.06"), None, None)
    values = {
        "title": "试验报告",
        "file_stem": "试验/报告\u202e",
        "language": "zh-hans",
        "publisher": "测试网",
        "made_at": dt.datetime(2025, 1, 2, 3, 4, tzinfo=dt.UTC),
        "notice": "演示数据，均为虚构",
        "facts": (Figure("预算", Decimal("8000000.00"), Kind.MONEY),),
        "sections": (
            Section(
                "总体",
                (
                    Paragraph(MARKUP),
                    Note("注意"),
                    Figures((Figure("机时", Decimal("694.30"), Kind.HOURS, "小时"),)),
                    Facts((Figure("编号", EVIL),)),
                    ColumnChart(
                        "等级", (Bar("优秀", (Decimal(3),), "3"), Bar("良好", (Decimal(0),), "0")), "alt"
                    ),
                    BarChart("盟市", ("内", "外"), (Bar("呼和浩特", (Decimal(1), Decimal(2)), "3"),), "alt"),
                ),
            ),
            Section("明细", (Table("全部*明细?", columns, ROWS, total=total, is_data=True),), wide=True),
        ),
        "seal": "摘要 abc",
    }
    return Document(**{**values, **changes})


def make_kind(**changes) -> registry.ReportKind:
    """A kind that anybody may ask for and only its own asker may have."""
    values = {
        "code": "trial",
        "name": "试验报告",
        "about": "…",
        "formats": ("pdf", "xlsx", "csv"),
        "form": OneNumberForm,
        "offered_to": lambda person: True,
        "may_request": lambda person, parameters: True,
        "may_download": lambda person, run: run.requested_by_id == person.pk,
        "build": lambda parameters, progress: document(),
        "describe": lambda parameters: f"试验{parameters['number']}",
    }
    return registry.ReportKind(**{**values, **changes})


def content_of(run) -> io.BytesIO:
    """The bytes of a run's file."""
    with storages["reports"].open(run.file) as stream:
        return io.BytesIO(stream.read())

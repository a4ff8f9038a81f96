"""Lists are dense: rows of the catalogue at a desk, pages of inventory and usage on a phone."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from tests.browser.visitor import findings, width_of
from tests.factories.instruments import UsageRecordFactory, make_instrument
from tests.factories.members import make_manager

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_rows_are_low_and_pages_on_a_phone_short(visit, language):
    first = make_instrument(
        name_zh="场发射扫描电子显微镜" * 2, name_en="Field-emission scanning electron microscope"
    )
    manager = make_manager(first.unit)
    for _ in range(29):
        make_instrument(unit=first.unit, name_zh="场发射扫描电子显微镜", name_en="Field-emission microscope")
    start = timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0) - dt.timedelta(days=60)
    for number in range(30):
        day = start + dt.timedelta(days=number)
        UsageRecordFactory(
            instrument=first, start=day, end=day + dt.timedelta(hours=2), user_unit="额尔敦冶金技术公司"
        )
    visitor = visit(language=language)
    page = visitor.go("/instruments/")
    heights = page.evaluate(
        """[...document.querySelectorAll(".card-row")].map((row) => {
            row.scrollIntoView();
            return row.getBoundingClientRect().height;
        })"""
    )
    assert heights
    assert max(heights) <= 110
    assert findings(page) == []
    visitor.go("/instruments/?view=table")
    rows = "[...document.querySelectorAll('.catalogue-table tbody tr')].map((r) => r.getBoundingClientRect().height)"
    assert max(page.evaluate(rows)) <= 48
    phone = visit(language=language, width=390, height=844)
    phone.sign_in(manager.email)
    for path in (f"/units/{first.unit.code}/manage/", f"/units/{first.unit.code}/usage/"):
        page = phone.go(path)
        assert page.evaluate("document.documentElement.scrollHeight") <= 6000, path
        assert width_of(page) <= 390

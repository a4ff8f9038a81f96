"""Which times a use may have that is entered on the page."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from instruments.usage.models import UsageRecord

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def address(unit) -> str:
    return reverse("instruments:usage_add", args=[unit.code])


def test_no_use_lies_before_the_instrument_was_put_to_use(client, xrd, steward, typed):
    """The day is named at the start; the day itself is allowed."""
    xrd.started_on = dt.date(2026, 3, 1)
    xrd.save()
    client.force_login(steward)
    answer = client.post(address(xrd.unit), typed | {"day": "2026-02-28"}, headers={"accept-language": "en"})
    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        "start_time": ["The instrument was put to use on 2026-03-01; no use lies before that day."]
    }
    assert not UsageRecord.objects.exists()
    assert client.post(address(xrd.unit), typed | {"day": "2026-03-01"}).status_code == 302


def test_equal_times_are_refused(client, xrd, steward, typed):
    """They could mean no time or a whole day; with the last day they mean the latter."""
    client.force_login(steward)
    equal = typed | {"day": "2026-02-27", "start_time": "09:00", "end_time": "09:00"}
    answer = client.post(address(xrd.unit), equal)
    assert (answer.status_code, answer.context["form"].errors.keys()) == (422, {"end_time"})
    assert not UsageRecord.objects.exists()
    assert client.post(address(xrd.unit), equal | {"end_day": "2026-02-28"}).status_code == 302
    record = UsageRecord.objects.get()
    assert record.end - record.start == dt.timedelta(days=1)
    form = client.get(reverse("instruments:usage_correct", args=[record.pk])).context["form"]
    assert form["end_day"].value() == dt.date(2026, 2, 28)

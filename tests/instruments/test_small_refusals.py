"""Small refusals and answers of the register, its forms and pages: each shows what it is for, and changes nothing."""

from __future__ import annotations

import uuid
from types import SimpleNamespace
from unittest import mock

import pytest
from django.http import Http404
from django.urls import reverse
from django.utils import translation

from audit.models import Entry
from changes import perform
from instruments import apps
from instruments.catalogue.queries.facets import _count
from instruments.catalogue.queries.filters import CatalogueFilters
from instruments.catalogue.queries.nearest import near_words
from instruments.catalogue.queries.selection import Selection
from instruments.catalogue.views.instrument import _length
from instruments.inventory.actions.instruments import change_state
from instruments.inventory.actions.reference import rename_class, rename_field
from instruments.inventory.actions.stewards import give_stewardship
from instruments.inventory.errors import InvalidInstrument
from instruments.inventory.models import Stewardship
from instruments.inventory.queries.counts import shared_by_unit
from instruments.usage.forms.report import units_of
from instruments.usage.forms.usage_file import UnreadableFile, _decoded, _header
from instruments.usage.guarded import usage_record_for
from instruments.usage.reports import instrument_usage
from members.models import MemberUnit
from reporting.errors import ReportError
from tests.factories.instruments import (
    ApplicationFieldFactory,
    InstrumentClassFactory,
    UsageRecordFactory,
    make_instrument,
)
from tests.factories.members import PersonFactory, make_manager, make_officer
from tests.instruments.moments import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.mark.parametrize(
    ("rename", "factory"), [(rename_field, ApplicationFieldFactory), (rename_class, InstrumentClassFactory)]
)
def test_the_same_name_again_is_no_renaming(rename, factory):
    """Nothing is indexed anew, nothing enters the history."""
    officer, row = make_officer(), factory(name_zh="材料", name_en="Materials")
    with mock.patch("instruments.inventory.actions.reference.reindex") as reindexed:
        same = perform(officer, rename, row, name_zh=" 材料 ", name_en="Materials", seen=1)
    assert (same.version, reindexed.call_count, Entry.objects.count()) == (1, 0, 0)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"note": ""}, "note"),
        ({"note": "长" * 201}, "note"),
        ({"note": "修", "back_on": NOW.date()}, "back_on"),
    ],
)
def test_a_state_is_explained_in_a_few_words_with_a_day_to_come(xrd, manager, given, field):
    """Else the instrument stays as it is."""
    with pytest.raises(InvalidInstrument) as refused:
        perform(manager, change_state, xrd, "under_repair", **given)
    assert list(refused.value.fields) == [field]
    xrd.refresh_from_db()
    assert (xrd.state, xrd.state_note) == ("in_service", "")


def test_a_closed_account_keeps_no_instrument(xrd, manager):
    """Nobody could reach its person."""
    gone = PersonFactory(home_unit=xrd.unit, is_active=False)
    with pytest.raises(InvalidInstrument) as refused:
        perform(manager, give_stewardship, xrd, gone)
    assert list(refused.value.fields) == ["person"]
    assert not Stewardship.objects.exists()


def test_what_is_not_there_ends_no_stewardship(client, xrd, manager):
    """And no name that no unit typed is merged."""
    client.force_login(manager)
    end = reverse("instruments:end_steward", args=[xrd.unit.code, xrd.code, 999])
    assert client.post(end, {"valid_to": "2026-03-03"}).status_code == 404
    merge = reverse("instruments:organisation_merge", args=[xrd.unit.code, 999])
    assert client.post(merge, {"into": "1", "version": "1"}).status_code == 404


def test_a_use_that_is_not_there_and_one_that_may_not_be_seen(xrd, steward, member):
    """The same 404; only the second is on record."""
    record = UsageRecordFactory(instrument=xrd)
    for wanted in (uuid.uuid4(), "nonsense"):
        with pytest.raises(Http404):
            usage_record_for(steward, wanted)
    assert not Entry.objects.exists()
    with pytest.raises(Http404):
        usage_record_for(member, record.pk)
    assert Entry.objects.get().actor == member
    assert usage_record_for(steward, record.pk) == record


def test_shared_instruments_are_counted_by_unit(xrd):
    """Of all units, or of some; those without any are left out."""
    make_instrument(unit=xrd.unit)
    lone, hidden = make_instrument(), make_instrument(sharing_mode="not_shared")
    assert shared_by_unit() == {xrd.unit_id: 2, lone.unit_id: 1}
    assert shared_by_unit([lone.unit_id, hidden.unit_id]) == {lone.unit_id: 1}


def test_of_which_units_usage_is_reported(xrd, manager):
    """To the department of all, to its people of their own, to nobody of none."""
    make_instrument()
    assert list(units_of(None)) == []
    assert list(units_of(manager)) == [xrd.unit]
    assert set(units_of(make_officer())) == set(MemberUnit.objects.all())


def test_a_report_on_a_unit_that_is_gone():
    """Said to whoever asked for it."""
    with translation.override("en"), pytest.raises(ReportError) as refused:
        instrument_usage.build(
            {"unit": "GONE", "start": "2026-01-01", "end": "2026-02-01"}, lambda *_args: None
        )
    assert str(refused.value) == "This unit no longer exists."


def test_bytes_that_are_no_table():
    """A zero byte stands in no text; empty columns at the end of the head are not there."""
    with translation.override("en"), pytest.raises(UnreadableFile, match="This is no text file"):
        _decoded(b"a,b\0c")
    assert _decoded("编号".encode("gb18030")) == "编号"
    with pytest.raises(UnreadableFile):
        _header(["", ""])


def test_the_count_of_a_class_of_another_level_is_that_of_those_below():
    """Of a chapter all its classes; of what was found its own number."""
    found = {"030100": 2, "030200": 3, "040100": 7}
    assert _count("instrument_class", "030100", found) == 2
    assert _count("instrument_class", "030000", found) == 5
    assert _count("unit", "IMU", {"AAA": 1}) == 0


def test_nothing_is_near_to_no_words():
    """A search of nothing but signs has no words to be near to."""
    assert near_words(Selection(CatalogueFilters(q=""), None, NOW)) == []


def test_a_migration_before_our_tables_indexes_nothing(xrd):
    """Afterwards only what was indexed in another way."""
    with mock.patch("instruments.inventory.actions.search.reindex") as reindexed:
        tables = SimpleNamespace(introspection=SimpleNamespace(table_names=list))
        with mock.patch.object(apps, "connections", {"default": tables}):
            apps._index_anew(None, "default")
        assert reindexed.call_count == 0
        apps._index_anew(None, "default")
        assert reindexed.call_count == 1


@pytest.mark.parametrize(
    ("length", "minutes"), [("", 120), ("60", 60), ("45", 30), ("99999", 480), ("x", 120), ("999999", 120)]
)
def test_the_length_in_the_address_of_the_week(xrd, length, minutes):
    """The nearest that the terms allow; nonsense is as none."""
    request = SimpleNamespace(GET={"length": length} if length else {})
    assert _length(request, xrd) == minutes


def test_who_changed_the_state_is_led_to_the_list_of_the_unit(client, xrd, manager):
    """A manager of another unit changes nothing."""
    client.force_login(manager)
    address = reverse("instruments:change_state", args=[xrd.unit.code, xrd.code])
    answer = client.post(address, {"state": "suspended", "note": "搬迁", "version": "1"})
    assert answer.status_code == 302
    assert answer.url == reverse("instruments:inventory", args=[xrd.unit.code])
    other = make_manager(make_instrument().unit)
    client.force_login(other)
    assert client.post(address, {"state": "in_service", "version": "2"}).status_code == 404
    xrd.refresh_from_db()
    assert (xrd.state, xrd.version) == ("suspended", 2)

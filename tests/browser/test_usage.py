"""Usage in a real browser: a file looked at before it is written, a record's end, and who was served."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from instruments.inventory.models import Instrument
from instruments.usage.models import UsageRecord
from members.models import Organisation
from tests.browser.visitor import findings, width_of
from tests.factories.instruments import UsageRecordFactory, make_instrument, make_steward
from tests.factories.members import UnitRoleFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MANAGER = "manager@test.example"
HEADER = "record_id,instrument,start,end,effective_hours,user_kind,purpose,samples,income,user_name,user_unit"


@pytest.fixture
def instrument(db) -> Instrument:
    """Kept by the manager of its unit; `AAA` is the unit's code in the addresses below."""
    made = make_instrument(code="AAA-USE", unit__code="AAA")
    UnitRoleFactory(unit=made.unit, person=make_steward(made, email=MANAGER))
    return made


@pytest.fixture(params=[390, 1440])
def manager(visit, instrument, request):
    """The manager, reading English, on a phone and at a desk."""
    found = visit(language="en", width=request.param)
    found.sign_in(MANAGER)
    return found


def good(page) -> None:
    """Nothing grave for axe, no sideways scroll."""
    assert findings(page) == []
    assert width_of(page) <= page.viewport_size["width"]


def switch(page, language: str) -> None:
    """Press the other language and wait for the page in it."""
    page.locator(f"form.lang button[value={language}]").click()
    expect(page.locator("html")).to_have_attribute("lang", language)


def test_a_file_is_looked_at_and_one_row_kept_for_a_reason(manager, instrument):
    """One row is right, one unusual, one wrong: nothing is written before the button, the reason outlives a switch."""
    day = timezone.localdate() - dt.timedelta(days=20)
    rows = (
        f"F1,AAA-USE,{day} 09:00,{day} 10:00,1,external,research,1,100,,",
        f"F2,AAA-USE,{day} 10:00,{day} 11:00,1,external,research,1,1000000000,,",
        f"F3,AAA-USE,{day} 12:00,{day} 11:00,1,external,research,1,100,,",
    )
    file = "\n".join((HEADER, *rows)).encode()
    page = manager.go("/units/AAA/usage/import/")
    page.locator("[name=file]").set_input_files({"name": "u.csv", "mimeType": "text/csv", "buffer": file})
    page.locator("form[enctype] button.btn-primary").click()
    expect(page.locator("h1")).to_have_text("Look at it before it is written")
    expect(page.locator("[name^=because-]")).to_have_count(1)
    page.locator("[name=because-3]").fill("The whole machine was sold")
    good(page)
    switch(page, "zh-hans")
    expect(page.locator("[name=because-3]")).to_have_value("The whole machine was sold")
    switch(page, "en")
    expect(page.locator("[name=because-3]")).to_have_value("The whole machine was sold")
    assert not UsageRecord.objects.exists()
    page.locator("[name=write]").click()
    expect(page.locator("h1")).to_have_text("2 created, 0 corrected, 0 unchanged, 1 refused")
    kept = dict(UsageRecord.objects.values_list("record_id", "kept_because"))
    assert kept == {"F1": "", "F2": "The whole machine was sold"}
    good(page)


def test_a_file_without_one_good_row_offers_no_writing(manager):
    """The reason is said, and the one thing to do is another file."""
    page = manager.go("/units/AAA/usage/import/")
    file = f"{HEADER}\nF1,NOBODY-KNOWS,x,y,z,friend,,,,,\n".encode()
    page.locator("[name=file]").set_input_files({"name": "u.csv", "mimeType": "text/csv", "buffer": file})
    page.locator("form[enctype] button.btn-primary").click()
    expect(page.locator("h1")).to_have_text("Look at it before it is written")
    expect(page.locator("[name=write]")).to_have_count(0)
    expect(page.locator(".care-line")).to_have_text(
        "No row of this file can be written; mend it and choose it again."
    )
    good(page)


def test_forgotten_hours_are_confirmed_and_a_wrong_record_voided(manager, instrument):
    """Both from the page of the record; without a reason nothing is voided, and the page says what is missing."""
    record = UsageRecordFactory(instrument=instrument, to_confirm=True)
    page = manager.go(f"/usage/{record.pk}/")
    page.locator("form[action$='/agree/'] button").click()
    expect(page.locator(".say-success")).to_have_text("The hours are confirmed.")
    expect(page.locator("form[action$='/agree/']")).to_have_count(0)
    page.locator("details.void summary").click()
    void = page.locator("form[action$='/void/']")
    void.locator("button").click()
    expect(void.locator(".errors").first).to_be_visible()
    assert UsageRecord.objects.get().is_current
    good(page)
    void.locator("[name=void_reason]").fill("Entered twice")
    void.locator("button").click()
    expect(page.locator(".say-success")).to_contain_text("The record is voided")
    expect(page.locator(".lead")).to_contain_text("Entered twice")
    expect(page.locator("a[href$='/correct/'], form[action$='/void/']")).to_have_count(0)
    record.refresh_from_db()
    assert (record.is_current, record.to_confirm, record.void_reason) == (False, False, "Entered twice")
    good(page)


def test_an_organisation_is_registered_merged_and_parted(manager, instrument):
    """The name registered counts by its code, another spelling is merged into it by hand and parted again."""
    for name in ("青城草原制药", "青城药厂"):
        UsageRecordFactory(instrument=instrument, user_unit=name)
    page = manager.go("/units/AAA/usage/")
    page.locator("main a[href='/units/AAA/organisations/']").click()
    expect(page.locator(".people-list > li")).to_have_count(2)
    row = page.locator(".people-list > li", has_text="青城草原制药")
    row.locator("a[href*='name=']").click()
    form = page.locator("#register")
    expect(form.locator("[name=name_zh]")).to_have_value("青城草原制药")
    form.locator("[name=kind]").select_option("enterprise")
    form.locator("button").click()
    expect(form.locator(".errors").first).to_be_visible()
    expect(form.locator("[name=name_zh]")).to_have_value("青城草原制药")
    assert not Organisation.objects.filter(private_to=None, name_zh="青城草原制药").exists()
    good(page)
    form.locator("[name=credit_code]").fill("123")
    switch(page, "zh-hans")
    expect(form.locator("[name=credit_code]")).to_be_visible()
    expect(form.locator("[name=credit_code]")).to_have_value("123")
    switch(page, "en")
    form.locator("[name=credit_code]").fill("91110000600037341L")
    form.locator("button").click()
    expect(page.locator(".say-success")).to_have_text("“青城草原制药” is registered.")
    goal = Organisation.objects.get(private_to=None, name_zh="青城草原制药")
    row = page.locator(".people-list > li", has=page.locator(".who b", has_text="青城药厂"))
    row.locator("details summary").click()
    row.locator("details [name=name]").fill("没有这家")
    row.locator("details button").click()
    expect(page.locator(".say-error")).to_contain_text("No organisation goes by the name “没有这家”.")
    row.locator("details summary").click()
    row.locator("details [name=name]").fill("青城草原制药")
    row.locator("details button").click()
    expect(page.locator(".say-success")).to_contain_text("“青城药厂” counts as “青城草原制药” from now on.")
    assert Organisation.objects.get(name_zh="青城药厂").merged_into == goal
    good(page)
    row.locator("form[action$='/part/'] button").click()
    expect(page.locator(".say-success")).to_have_text("“青城药厂” counts by itself again.")
    assert Organisation.objects.get(name_zh="青城药厂").merged_into is None

"""What is written and sent along to a booking, in the browser: by phone, without script, and on the desk."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from instruments.letters.models import BookingAttachment, BookingMessage
from instruments.replies.models import ReplyTemplate
from instruments.terms.models import BookingPolicy
from tests.browser.visitor import findings, width_of
from tests.factories.instruments import BookingFactory
from tests.flows.network import at, make_network
from tests.instruments.letters.test_attachments import PDF_BYTES, photo

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(
    ("language", "width", "script"), [("zh-CN", 390, True), ("en", 1440, True), ("zh-CN", 390, False)]
)
def test_a_message_and_a_file(visit, language, width, script):
    """Whoever booked writes and attaches; the steward finds it on the desk, answers, reads the file and approves."""
    network = make_network()
    instrument = network.instruments["ALPHA-XRD"]
    BookingPolicy.objects.filter(instrument=instrument).update(approval_required=True, attachments="must")
    booking = BookingFactory(
        instrument=instrument,
        person=network.enterprise,
        state="requested",
        start=at((timezone.localdate() + dt.timedelta(days=2)).isoformat(), "10:00"),
    )
    user = visit(language=language, width=width, height=844, script=script)
    user.sign_in(network.enterprise.email)
    page = user.go(f"/bookings/{booking.pk}/")
    page.locator("#messages textarea").fill("样品含氟，需要自带坩埚吗？")
    page.locator("#messages form[novalidate] button").click()
    expect(page.locator("#messages li")).to_have_count(1)
    expect(page.locator("#attachments .care-line")).to_be_visible()
    page.locator("#attachments [name=attached]").set_input_files(
        [
            {"name": "测试方案.pdf", "mimeType": "application/pdf", "buffer": PDF_BYTES},
            {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": photo()},
        ]
    )
    page.locator("#attachments button").click()
    expect(page.locator("#attachments li")).to_have_count(2)
    expect(page.locator("#attachments .care-line")).to_have_count(0)
    assert width_of(page) <= width
    if script:
        assert findings(page) == []
    assert BookingAttachment.objects.count() == 2

    steward = visit(language=language, width=width, height=844, script=script)
    steward.sign_in(network.steward.email)
    desk = steward.go("/desk/")
    expect(desk.locator("#unanswered li")).to_have_count(1)
    assert width_of(desk) <= width
    if script:
        assert findings(desk) == []
    desk.locator("#unanswered li a").first.click()
    with desk.expect_download() as got:
        desk.locator("#attachments li a").first.click()
    assert got.value.suggested_filename == "测试方案.pdf"
    desk.locator("#messages textarea").fill("需要，谢谢说明")
    desk.locator("#messages form[novalidate] button").click()
    expect(desk.locator("#messages li")).to_have_count(2)
    desk.locator("#approve button").click()
    steward.go("/desk/")
    expect(desk.locator("#unanswered li")).to_have_count(0)

    me = user.go("/me/")
    expect(me.locator("#todo li")).to_have_count(1)
    me.locator("#todo li a").first.click()
    me.locator("#messages form").first.locator("button").click()
    user.go("/me/")
    expect(me.locator("#todo li")).to_have_count(0)
    assert BookingMessage.objects.filter(read_at=None).count() == 0


@pytest.mark.parametrize(("language", "width", "script"), [("zh-CN", 1440, True), ("en", 390, False)])
def test_a_reply_template_on_the_desk(visit, language, width, script):
    """Chosen, it fills the reason at once; without script it is used where nothing is written; then for two at once."""
    network = make_network()
    instrument = network.instruments["ALPHA-XRD"]
    words = "{person}，{instrument}在{start}已有安排。"
    ReplyTemplate.objects.create(unit=instrument.unit, name="已有安排", words_zh=words)
    first, *others = [
        BookingFactory(
            instrument=instrument,
            person=network.enterprise,
            state="requested",
            start=at((timezone.localdate() + dt.timedelta(days=ahead)).isoformat(), "10:00"),
        )
        for ahead in (2, 3, 4)
    ]
    steward = visit(language=language, width=width, height=900, script=script)
    steward.sign_in(network.steward.email)
    page = steward.go("/desk/")
    card = page.locator(f"#w-{first.pk}")
    card.locator(".decline summary").click()
    card.locator("[name=template]").select_option(label="已有安排")
    begun = f"{network.enterprise.display_name}，"
    if script:
        assert card.locator("[name=reason]").input_value().startswith(begun)
        assert findings(page) == []
    assert width_of(page) <= width
    card.locator(".decline .btn-danger").click()
    expect(page.locator(".wish")).to_have_count(2)
    for row in others:
        page.locator(f"#w-{row.pk} [name=chosen]").check()
    page.locator("#decide-many summary").click()
    page.locator("#decide-many [name=template]").select_option(label="已有安排")
    assert width_of(page) <= width
    page.locator("#decide-many .btn-danger").click()
    expect(page.locator(".wish")).to_have_count(0)
    for row in (first, *others):
        row.refresh_from_db()
        assert (row.state, row.reason.startswith(begun)) == ("declined", True)
    assert len({row.reason for row in (first, *others)}) == 3

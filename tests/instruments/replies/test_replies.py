"""Reply templates: kept by a unit's people, offered where they answer, used where nothing else is written."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from audit.models import Entry
from changes import StaleVersion, perform
from changes.errors import NotAllowed
from instruments.booking.actions.series import request_series
from instruments.booking.enums import BookingState
from instruments.booking.models import Booking
from instruments.booking.queries.replies import replies_to
from instruments.booking.rules.repeats import rule_of
from instruments.letters.models import BookingMessage
from instruments.replies.actions import ReplyData, remove_reply, save_reply
from instruments.replies.errors import InvalidReply, ReplyGone
from instruments.replies.models import ReplyTemplate
from instruments.terms.rules.intervals import Interval
from tests.factories.instruments import BookingFactory, make_instrument, make_steward
from tests.factories.members import PersonFactory, UnitFactory, make_manager, make_officer
from tests.instruments.moments import at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

BUSY = ReplyData(
    "已有安排", "{person}，{instrument}在{start}已有安排，请改期。", "{instrument} is busy at {start}."
)


@pytest.fixture
def busy(xrd, steward) -> ReplyTemplate:
    """A template of the unit with all placeholders."""
    return perform(steward, save_reply, xrd.unit, BUSY)


class TestKeeping:
    """`save_reply`, `remove_reply`."""

    def test_saved_changed_and_removed(self, xrd, steward, manager, verbs):
        """By steward and manager; the same again changes nothing; each change stands in the history with its text."""
        made = perform(steward, save_reply, xrd.unit, ReplyData(" 甲 ", " 一 "))
        assert (made.name, made.words_zh, made.words_en, made.version) == ("甲", "一", "", 1)
        again = perform(manager, save_reply, xrd.unit, ReplyData("甲", "一"), reply=made, seen=1)
        changed = perform(manager, save_reply, xrd.unit, ReplyData("甲", "二", "two"), reply=again, seen=1)
        assert (changed.pk, changed.words_zh, changed.words_en, changed.version) == (made.pk, "二", "two", 2)
        perform(steward, remove_reply, changed, seen=2)
        assert not ReplyTemplate.objects.exists()
        kinds = ["instruments.reply.saved", "instruments.reply.saved", "instruments.reply.removed"]
        assert verbs()[-3:] == kinds
        last = Entry.objects.order_by("-sequence").first()
        assert last.before == {"name": "甲", "words_zh": "二", "words_en": "two"}

    def test_nobody_else(self, xrd, busy, outsider, member, ledger):
        """Another unit's steward, who books, the officer; nothing changed."""
        before = ledger()
        for person in (outsider, member, make_officer()):
            with pytest.raises(NotAllowed):
                perform(person, save_reply, xrd.unit, ReplyData("x", "x"))
            with pytest.raises(NotAllowed):
                perform(person, remove_reply, busy)
        assert before.unchanged()
        assert ReplyTemplate.objects.get() == busy

    @pytest.mark.parametrize(
        ("data", "fields"),
        [
            (ReplyData("", ""), ["name", "words_zh"]),
            (ReplyData("x" * 61, "x" * 201, "x" * 201), ["name", "words_en", "words_zh"]),
            (ReplyData("a\0", "b\0", "c\0"), ["name", "words_en", "words_zh"]),
            (ReplyData("x", "{price}", "{"), ["words_en", "words_zh"]),
            (ReplyData("已有安排", "x"), ["name"]),
        ],
    )
    def test_all_that_is_wrong_at_once(self, xrd, steward, busy, ledger, data, fields):
        """Lengths, NUL, placeholders, a name of another template; nothing changed."""
        before = ledger()
        with pytest.raises(InvalidReply) as refused:
            perform(steward, save_reply, xrd.unit, data)
        assert sorted(refused.value.fields) == fields
        assert before.unchanged()
        assert ReplyTemplate.objects.count() == 1

    def test_the_sentence_names_what_is_strange(self, xrd, steward):
        """The placeholders as they are typed."""
        with translation.override("en"), pytest.raises(InvalidReply) as refused:
            perform(steward, save_reply, xrd.unit, ReplyData("x", "{price} {when}"))
        assert refused.value.fields["words_zh"] == [
            "Only {instrument}, {start} and {person} are filled in, each once; this is not: {price}, {when}"
        ]

    def test_fifty_of_a_unit(self, xrd, steward):
        """The fifty-first is refused, a change of one is not; another unit may call one the same."""
        for number in range(50):
            ReplyTemplate.objects.create(unit=xrd.unit, name=f"{number}", words_zh="x")
        with pytest.raises(InvalidReply):
            perform(steward, save_reply, xrd.unit, ReplyData("51", "x"))
        last = ReplyTemplate.objects.get(name="49")
        perform(steward, save_reply, xrd.unit, ReplyData("49", "y"), reply=last)
        other = UnitFactory()
        perform(make_manager(other), save_reply, other, ReplyData("49", "x"))

    def test_overtaken_or_gone(self, xrd, steward, busy):
        """A version that is none any more; a template that was removed."""
        with pytest.raises(StaleVersion):
            perform(steward, save_reply, xrd.unit, ReplyData("x", "x"), reply=busy, seen=7)
        with pytest.raises(StaleVersion):
            perform(steward, remove_reply, busy, seen=7)
        perform(steward, remove_reply, busy)
        with pytest.raises(ReplyGone):
            perform(steward, remove_reply, ReplyTemplate(pk=999999, unit=xrd.unit))


class TestOffered:
    """Where somebody answers."""

    def test_in_the_words_of_the_person_who_booked(self, asked, busy, steward, member):
        """In their language, with what is theirs; nobody answers themselves, nor for another unit."""
        asked.instrument.name_zh, asked.instrument.name_en = "衍射仪", "Diffractometer"
        asked.person.language = "zh-hans"
        words = f"{member.display_name}，衍射仪在2026-03-04 14:00已有安排，请改期。"
        assert [(one.key, one.name, one.words) for one in replies_to(asked, steward)] == [
            (str(busy.pk), "已有安排", words)
        ]
        asked.person.language = "en"
        assert replies_to(asked, steward)[0].words == "Diffractometer is busy at 4 Mar 2026, 14:00."
        assert replies_to(asked, member) == []
        assert replies_to(asked, make_steward(make_instrument())) == []

    def test_declined_on_the_booking_with_a_template(self, asked, busy, steward, client):
        """The reason left empty takes the template; one that was written goes before it."""
        client.force_login(steward)
        page = reverse("instruments:booking", args=[asked.pk])
        assert 'data-fills="reason"' in client.get(page).text
        address = reverse("instruments:booking_act", args=[asked.pk, "decline"])
        refused = client.post(address, {"version": asked.version, "reason": "", "template": ""})
        assert refused.status_code == 422
        said = {"version": asked.version, "reason": "", "template": busy.pk}
        assert client.post(address, said).status_code == 302
        asked.refresh_from_db()
        assert (asked.state, asked.reason.endswith("已有安排，请改期。")) == (BookingState.DECLINED, True)
        second = BookingFactory(instrument=asked.instrument, state="requested", start=at(3, 9))
        address = reverse("instruments:booking_act", args=[second.pk, "decline"])
        client.post(address, {"version": 1, "reason": "自己写的", "template": busy.pk})
        second.refresh_from_db()
        assert second.reason == "自己写的"

    def test_a_template_of_another_unit_is_none(self, asked, steward, client):
        """A key that was not offered is refused, and the request waits on."""
        strange = ReplyTemplate.objects.create(unit=UnitFactory(), name="x", words_zh="x")
        ReplyTemplate.objects.create(unit=asked.instrument.unit, name="y", words_zh="y")
        client.force_login(steward)
        address = reverse("instruments:booking_act", args=[asked.pk, "decline"])
        said = {"version": asked.version, "reason": "", "template": strange.pk}
        assert client.post(address, said).status_code == 422
        asked.refresh_from_db()
        assert asked.state == BookingState.REQUESTED

    def test_a_cancellation_and_a_message(self, confirmed, busy, steward, member, client):
        """Who booked is offered none; the steward's message is the template's."""
        client.force_login(member)
        assert "data-fills" not in client.get(reverse("instruments:booking", args=[confirmed.pk])).text
        client.force_login(steward)
        messages = reverse("instruments:messages", args=[confirmed.pk])
        assert client.post(messages, {"words": "", "template": ""}).status_code == 422
        assert client.post(messages, {"words": "", "template": busy.pk}).status_code == 302
        assert BookingMessage.objects.get().words.endswith("已有安排，请改期。")
        address = reverse("instruments:booking_act", args=[confirmed.pk, "cancel"])
        client.post(address, {"version": confirmed.version, "reason": "", "template": busy.pk})
        confirmed.refresh_from_db()
        assert (confirmed.state, confirmed.reason.endswith("请改期。")) == (BookingState.CANCELLED, True)

    def test_a_series(self, xrd, member, steward, busy, client):
        """Declined as one."""
        times = [Interval(at(day, 9), at(day, 10)) for day in (2, 3)]
        said = {"purpose": "相分析", "purpose_kind": "research"}
        perform(member, request_series, xrd, times, rule=rule_of("daily", 2), said=said)
        first = Booking.objects.order_by("start").first()
        client.force_login(steward)
        assert "data-fills" in client.get(reverse("instruments:booking", args=[first.pk])).text
        address = reverse("instruments:series_act", args=[first.pk, "decline"])
        client.post(address, {"version": 2, "reason": "", "template": busy.pk})
        assert set(Booking.objects.values_list("state", flat=True)) == {"declined"}
        assert all(row.reason.endswith("请改期。") for row in Booking.objects.all())

    def test_several_at_once_on_the_desk(self, asked, busy, steward, client):
        """Each person reads the template in their own words; a request of another unit is not declined by it."""
        second = BookingFactory(instrument=asked.instrument, state="requested", start=at(3, 9))
        elsewhere = make_instrument(policy={"approval_required": True})
        make_steward(elsewhere)
        third = BookingFactory(instrument=elsewhere, state="requested", start=at(3, 9))
        third.instrument.stewardships.create(person=steward, valid_from=at(0, 0).date())
        client.force_login(steward)
        assert 'id="decide-template"' in client.get("/desk/").text
        said = {
            "verb": "decline",
            "reason": "",
            "template": busy.pk,
            "chosen": [f"{row.pk}:{row.version}" for row in (asked, second, third)],
        }
        client.post(reverse("instruments:decide_many"), said)
        rows = {row.pk: row for row in Booking.objects.select_related("person")}
        for row in (rows[asked.pk], rows[second.pk]):
            assert row.state == BookingState.DECLINED
            assert row.reason.startswith(f"{row.person.display_name}，")
        assert rows[third.pk].state == BookingState.REQUESTED
        client.post(reverse("instruments:decide_many"), said | {"template": "x", "chosen": [f"{third.pk}:1"]})
        third.refresh_from_db()
        assert third.state == BookingState.REQUESTED


class TestPages:
    """`/units/<unit>/manage/replies/`."""

    def test_added_changed_and_removed(self, xrd, steward, client):
        """Each leads back to the list; what is refused keeps what was typed beside its template."""
        client.force_login(steward)
        inventory = reverse("instruments:inventory", args=[xrd.unit.code])
        page = reverse("instruments:replies", args=[xrd.unit.code])
        assert page in client.get(inventory).text
        assert client.post(page, {"name": "甲", "words_zh": "{price}"}).status_code == 422
        assert client.post(page, {"name": "", "words_zh": "x"}).status_code == 422
        assert client.post(page, {"name": "甲", "words_zh": "一"}).status_code == 302
        made = ReplyTemplate.objects.get()
        address = reverse("instruments:reply", args=[xrd.unit.code, made.pk])
        assert client.get(address).url == page
        assert client.post(address, {"name": "甲", "words_zh": "二", "version": 7}).status_code == 409
        refused = client.post(address, {"name": "甲", "words_zh": "打错的{", "version": 1})
        assert (refused.status_code, "打错的{" in refused.text) == (422, True)
        assert client.post(address, {"name": "甲", "words_zh": "二", "version": 1}).status_code == 302
        remove = reverse("instruments:remove_reply", args=[xrd.unit.code, made.pk])
        assert client.get(remove).url == page
        client.post(remove, {"version": 1})
        assert ReplyTemplate.objects.get().words_zh == "二"
        client.post(remove, {"version": 2})
        assert not ReplyTemplate.objects.exists()
        assert client.post(address, {"version": 2}).status_code == 404

    def test_of_another_unit(self, xrd, steward, client):
        """Neither its list nor a template of it by the address of one's own unit."""
        other = ReplyTemplate.objects.create(unit=UnitFactory(), name="x", words_zh="x")
        client.force_login(steward)
        assert client.get(reverse("instruments:replies", args=[other.unit.code])).status_code == 404
        said = {"name": "y", "words_zh": "y", "version": 1}
        assert (
            client.post(reverse("instruments:reply", args=[xrd.unit.code, other.pk]), said).status_code == 404
        )
        client.force_login(PersonFactory(home_unit=xrd.unit))
        assert client.get(reverse("instruments:replies", args=[xrd.unit.code])).status_code == 404

    def test_the_desk_asks_once_for_all_templates(self, xrd, steward, client):
        """However many there are."""
        BookingFactory(instrument=xrd, state="requested", start=at(3, 9))
        client.force_login(steward)

        def queries() -> int:
            with CaptureQueriesContext(connection) as found:
                client.get("/desk/")
            return len(found)

        queries()
        few = queries()
        for number in range(5):
            ReplyTemplate.objects.create(unit=xrd.unit, name=f"{number}", words_zh="{person}")
            BookingFactory(
                instrument=xrd, state="requested", start=at(3, 12 + number), end=at(3, 13 + number)
            )
        assert queries() == few

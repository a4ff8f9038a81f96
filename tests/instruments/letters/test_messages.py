"""Messages on a booking: written by its two sides, read by nobody else, seen where each side works."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from audit.models import Entry
from changes import perform
from changes.errors import NotAllowed
from instruments.booking.actions.requests import book_maintenance
from instruments.booking.enums import BookingState
from instruments.booking.errors import RulesBroken
from instruments.letters.actions.messages import read_messages, write_message
from instruments.letters.errors import TooManyMessages
from instruments.letters.models import BookingMessage
from instruments.letters.queries.messages import messages_of, unread_at_desk, unread_by
from members.models import Person
from members.permissions import can
from notices.kinds import write
from notices.models import Notice
from tests.factories.instruments import BookingFactory, StewardshipFactory, make_instrument, make_steward
from tests.factories.members import AdminFactory, UnitRoleFactory, make_manager, make_officer
from tests.instruments.moments import NOW, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def told(person) -> list[str]:
    """The kinds of notice about messages that a person has."""
    return list(Notice.objects.filter(person=person, kind="booking_message").values_list("kind", flat=True))


class TestWriting:
    """`write_message`."""

    def test_the_other_side_is_told(self, asked, steward, member, manager):
        """Who booked writes: the steward is told, not the manager; the steward answers: who booked is told."""
        first = perform(member, write_message, asked, words=" 样品有毒吗需说明？ ")
        assert (first.author, first.from_keeper, first.words) == (member, False, "样品有毒吗需说明？")
        assert (first.sent_at, first.read_at, first.read_by) == (NOW, None, None)
        assert (told(steward), told(member), told(manager)) == (["booking_message"], [], [])
        answer = perform(steward, write_message, asked, words="请写明溶剂")
        assert (answer.from_keeper, told(member)) == (True, ["booking_message"])
        first.refresh_from_db()
        assert (first.read_at, first.read_by) == (NOW, steward)
        assert messages_of(asked) == [first, answer]
        notice = Notice.objects.get(person=steward, kind="booking_message")
        assert notice.link == f"/bookings/{asked.pk}/"
        with translation.override("en"):
            written = write("booking_message", notice.context, "en")
        assert written.subject.startswith(f"Message from {member}: ")
        assert written.body.endswith(": 样品有毒吗需说明？")

    def test_the_history_keeps_that_it_was_written_and_not_the_words(self, asked, member):
        """The officer who reads the history is no side of the booking."""
        perform(member, write_message, asked, words="秘密配方")
        entry = Entry.objects.order_by("-sequence").first()
        assert entry.verb == "instruments.message.sent"
        assert "秘密" not in str(entry.after)

    def test_a_unit_without_a_steward(self, asked, steward, member, manager):
        """Its managers are told."""
        steward.is_active = False
        steward.save()
        perform(member, write_message, asked, words="x")
        assert told(manager) == ["booking_message"]

    def test_nobody_else_writes_or_reads(self, asked, outsider, ledger):
        """Another unit's steward, a viewer of the unit, the officer, a closed account: refused, nothing changed."""
        viewer = UnitRoleFactory(unit=asked.instrument.unit, kind="viewer").person
        closed = make_steward(asked.instrument, is_active=False)
        before = ledger()
        for person in (outsider, viewer, make_officer(), closed):
            assert not can(person, "read_messages", asked)
            with pytest.raises(NotAllowed):
                perform(person, write_message, asked, words="x")
            with pytest.raises(NotAllowed):
                perform(person, read_messages, asked)
        assert before.unchanged()
        assert not BookingMessage.objects.exists()

    def test_upkeep_and_offers_have_no_sides(self, xrd, steward):
        """Nobody writes about them."""
        upkeep = perform(steward, book_maintenance, xrd, start=at(1, 9), end=at(1, 10), reason="保养")
        offered = BookingFactory(instrument=xrd, state=BookingState.OFFERED, is_offer=True, start=at(3, 9))
        assert not can(steward, "write_message", upkeep)
        assert not can(offered.person, "write_message", offered)
        assert not can(steward, "write_message", xrd)

    @pytest.mark.parametrize("words", ["", "  ", "x" * 1001, "a\0b"])
    def test_what_cannot_be_kept_changes_nothing(self, asked, member, ledger, words):
        """1 to 1000 characters."""
        before = ledger()
        with pytest.raises(RulesBroken) as refused:
            perform(member, write_message, asked, words=words)
        assert [one.rule for one in refused.value.problems] == ["words"]
        assert before.unchanged()
        assert not BookingMessage.objects.exists()

    def test_twenty_an_hour_each(self, asked, member, steward, monday, ledger):
        """The next one waits for the hour after the first; the other side and other bookings do not."""
        for _number in range(20):
            perform(member, write_message, asked, words="x")
        before = ledger()
        with pytest.raises(TooManyMessages) as refused:
            perform(member, write_message, asked, words="x")
        assert refused.value.again == NOW + dt.timedelta(hours=1)
        with translation.override("en"):
            assert str(refused.value).endswith("within an hour. The next can go at 10:00.")
        assert before.unchanged()
        perform(steward, write_message, asked, words="x")
        other = BookingFactory(instrument=asked.instrument, person=member, start=at(3, 9))
        perform(member, write_message, other, words="x")
        monday.shift(dt.timedelta(hours=1))
        perform(member, write_message, asked, words="x")
        assert BookingMessage.objects.count() == 23

    def test_it_stays_when_an_account_is_closed(self, asked, member, steward):
        """And is still read by the other side."""
        perform(member, write_message, asked, words="x")
        member.is_active = False
        member.save()
        assert [one.author for one in messages_of(asked)] == [member]
        assert not can(member, "read_messages", asked)
        assert can(steward, "read_messages", asked)

    @pytest.mark.parametrize("wrong", [{"words": "y"}, {"sent_at": at(1, 1)}, {"from_keeper": True}])
    def test_the_database_lets_nobody_change_it(self, asked, member, wrong):
        """Nor remove it; nobody reads it namelessly."""
        message = perform(member, write_message, asked, words="x")
        for change in (lambda rows: rows.update(**wrong), lambda rows: rows._raw_delete("default")):
            with pytest.raises(IntegrityError), transaction.atomic():
                change(BookingMessage.objects.filter(pk=message.pk))
        with pytest.raises(IntegrityError), transaction.atomic():
            BookingMessage.objects.filter(pk=message.pk).update(read_at=NOW)


class TestReading:
    """`read_messages`, and where unread ones are seen."""

    def test_read_without_an_answer(self, asked, member, steward, verbs):
        """Each side marks what the other wrote; the second time changes nothing."""
        perform(member, write_message, asked, words="谢谢")
        assert perform(member, read_messages, asked) == 0
        assert [one.booking for one in unread_at_desk(steward, [asked.instrument])] == [asked]
        assert perform(steward, read_messages, asked) == 1
        assert unread_at_desk(steward, [asked.instrument]) == []
        known = len(verbs())
        assert perform(steward, read_messages, asked) == 0
        assert verbs()[known:] == []
        assert verbs()[-1] == "instruments.message.read"

    def test_the_desk_has_those_of_its_instruments_oldest_first(self, asked, member, steward, monday):
        """One line a booking with its last message; those of other instruments, and the keeper's own, are not there."""
        other = BookingFactory(instrument=asked.instrument, start=at(3, 9))
        perform(other.person, write_message, other, words="先")
        monday.shift(dt.timedelta(minutes=1))
        for words in ("一", "二"):
            perform(member, write_message, asked, words=words)
        elsewhere = BookingFactory(instrument=make_instrument(), start=at(3, 9))
        perform(elsewhere.person, write_message, elsewhere, words="x")
        own = BookingFactory(instrument=asked.instrument, person=steward, start=at(3, 13))
        perform(steward, write_message, own, words="x")
        found = unread_at_desk(steward, [asked.instrument])
        assert [(one.booking, one.last.words, one.count) for one in found] == [
            (other, "先", 1),
            (asked, "二", 2),
        ]
        perform(steward, write_message, asked, words="答")
        assert [one.booking for one in unread_at_desk(steward, [asked.instrument])] == [other]
        assert [(one.booking, one.count) for one in unread_by(member)] == [(asked, 1)]
        assert unread_by(other.person) == []


class TestPages:
    """What people see of it."""

    @pytest.mark.parametrize("who", ["member", "steward", "manager", "superuser"])
    def test_both_sides_write_on_the_booking(self, asked, member, steward, manager, client, who):
        """The form stands on the booking's page and leads back to it."""
        person = {"member": member, "steward": steward, "manager": manager}.get(who) or AdminFactory()
        client.force_login(person)
        page = reverse("instruments:booking", args=[asked.pk])
        address = reverse("instruments:messages", args=[asked.pk])
        assert f'action="{address}"' in client.get(page).text
        answer = client.post(address, {"words": "一\r\n二\u200b"}, follow=True)
        assert answer.redirect_chain == [(f"{page}#messages", 302)]
        assert "一<br>二" in answer.text
        assert BookingMessage.objects.get().words == "一\n二"

    def test_who_may_only_look_sees_nothing_of_it(self, asked, member, client):
        """The officer sees the booking, and no message of it; a stranger neither."""
        perform(member, write_message, asked, words="秘密配方")
        page, address = (reverse(f"instruments:{name}", args=[asked.pk]) for name in ("booking", "messages"))
        for person, status in ((make_officer(), 200), (make_manager(make_instrument().unit), 404)):
            client.force_login(person)
            answer = client.get(page)
            assert (answer.status_code, "秘密" in answer.text) == (status, False)
            assert client.get(address).status_code == 404
            assert client.post(address, {"words": "x"}).status_code == 404
            assert client.post(reverse("instruments:read_messages", args=[asked.pk])).status_code == 404
        assert BookingMessage.objects.count() == 1

    def test_what_is_refused_keeps_what_was_typed(self, asked, member, client):
        """Too long: 422 with the words; too many: 409 with the words."""
        client.force_login(member)
        address = reverse("instruments:messages", args=[asked.pk])
        assert client.get(address).status_code == 200
        answer = client.post(address, {"words": "长" * 1001})
        assert (answer.status_code, "长" * 1001 in answer.text) == (422, True)
        assert client.post(address, {"words": "a\0b"}).status_code == 422
        for _number in range(20):
            perform(member, write_message, asked, words="x")
        answer = client.post(address, {"words": "再来一条"})
        assert (answer.status_code, "再来一条" in answer.text) == (409, True)

    def test_new_ones_are_marked_until_they_are_read(self, asked, member, steward, client):
        """On the booking, at the desk and on one's own page; a GET reads nothing, a press does."""
        perform(member, write_message, asked, words="样品已寄出")
        client.force_login(steward)
        booking = reverse("instruments:booking", args=[asked.pk])
        read = reverse("instruments:read_messages", args=[asked.pk])
        desk = client.get("/desk/")
        assert ("样品已寄出" in desk.text, desk.context["counts"].messages, desk.context["due"]) == (
            True,
            1,
            2,
        )
        assert f'action="{read}"' in client.get(booking).text
        assert client.get(read).url == f"{booking}#messages"
        assert client.get("/desk/").context["counts"].messages == 1
        client.post(read)
        assert client.get("/desk/").context["counts"].messages == 0
        assert f'action="{read}"' not in client.get(booking).text
        perform(steward, write_message, asked, words="收到了")
        client.force_login(member)
        me = client.get("/me/")
        assert ("收到了" in me.text, me.context["things"]) == (True, 1)
        client.post(read)
        assert client.get("/me/").context["things"] == 0

    def test_one_query_however_many(self, asked, member, steward, client):
        """Booking, desk and own page ask as much for one message as for ten on three bookings."""
        BookingFactory(instrument=asked.instrument, person=member, start=at(2, 9))
        perform(member, write_message, asked, words="x")
        perform(steward, write_message, asked, words="x")
        few = [_queries(client, *visit) for visit in self._visits(asked, member, steward)]
        for place in (xrd := asked.instrument, second := make_instrument(unit=xrd.unit)):
            booking = BookingFactory(instrument=place, person=member, start=at(3, 15))
            if place == second:
                StewardshipFactory(instrument=second, person=steward)
                steward = Person.objects.get(pk=steward.pk)
            for _number in range(3):
                perform(steward, write_message, booking, words="x")
                perform(member, write_message, asked, words="x")
        assert [_queries(client, *visit) for visit in self._visits(asked, member, steward)] == few

    @staticmethod
    def _visits(asked, member, steward):
        booking = reverse("instruments:booking", args=[asked.pk])
        return [(member, booking), (steward, booking), (steward, "/desk/"), (member, "/me/")]


def _queries(client, person, address) -> int:
    client.force_login(person)
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)

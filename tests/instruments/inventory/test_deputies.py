"""Deputies: who stands in for a steward for some days, with the steward's rights and notices, and no longer."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from audit.models import Entry
from changes import perform
from changes.errors import NotAllowed
from instruments.booking.actions.decisions import approve_booking
from instruments.booking.actions.requests import request_booking
from instruments.booking.models import Booking
from instruments.booking.queries.bookings import bookings_visible_to, in_custody_of, recipients_of
from instruments.inventory.actions.deputies import end_deputy, name_deputy
from instruments.inventory.errors import InvalidDeputy
from instruments.inventory.models import Deputy, Instrument
from instruments.inventory.permissions import is_custodian, stewarded_by
from members.models import Person
from members.permissions import can, roles_of
from notices.kinds import write
from notices.models import Notice
from tests.factories.instruments import StewardshipFactory, make_instrument, make_steward
from tests.factories.members import PersonFactory, make_manager, make_officer
from tests.instruments.moments import NOW, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

MONDAY = NOW.date()
DAY = dt.timedelta(days=1)


@pytest.fixture
def colleague(xrd) -> Person:
    """Of the same unit, without any role."""
    return PersonFactory(home_unit=xrd.unit)


@pytest.fixture
def deputy(xrd, steward, colleague) -> Deputy:
    """Stands in from Tuesday to Thursday."""
    days = {"first_day": MONDAY + DAY, "last_day": MONDAY + 3 * DAY}
    return perform(steward, name_deputy, xrd.unit, steward, colleague, **days)


def anew(person: Person) -> Person:
    """Read again: what was kept of rights is forgotten."""
    return Person.objects.get(pk=person.pk)


def keeps(person: Person, instrument: Instrument) -> tuple[bool, bool, bool]:
    """Whether somebody keeps an instrument, by the right, by the list, and among those who are told."""
    fresh = anew(person)
    return (
        is_custodian(fresh, Instrument.objects.get(pk=instrument.pk)),
        Instrument.objects.filter(in_custody_of(anew(person)), pk=instrument.pk).exists(),
        person in recipients_of(instrument, but=None),
    )


class TestNaming:
    """`name_deputy`."""

    def test_on_record_and_told(self, deputy, steward, colleague, verbs):
        """By the steward: the deputy is told, in words."""
        assert (deputy.valid_from, deputy.valid_to, deputy.last_day) == (
            MONDAY + DAY, MONDAY + 4 * DAY, MONDAY + 3 * DAY
        )  # fmt: skip
        assert (deputy.named_by, deputy.named_at) == (steward, NOW)
        assert verbs()[-1] == "instruments.deputy.named"
        assert Entry.objects.order_by("-sequence").first().after["deputy"] == colleague.pk
        notice = Notice.objects.get()
        assert (notice.person, notice.kind, notice.link) == (colleague, "deputy_named", "/desk/")
        with translation.override("en"):
            assert write("deputy_named", notice.context, "en").subject == (
                f"{colleague} stands in for {steward}, 3 Mar 2026 to 5 Mar 2026"
            )

    def test_by_a_manager_both_are_told(self, xrd, steward, colleague, manager):
        """For a steward who is ill."""
        perform(manager, name_deputy, xrd.unit, steward, colleague, first_day=MONDAY, last_day=MONDAY)
        assert {notice.person for notice in Notice.objects.all()} == {steward, colleague}

    def test_nobody_else_names(self, xrd, steward, colleague, outsider, ledger):
        """Another steward of the unit, the deputy to be, people of another unit, the officer; nothing changed."""
        second, strange = make_steward(xrd), make_manager(make_instrument().unit)
        before = ledger()
        for person in (second, colleague, outsider, strange, make_officer()):
            with pytest.raises(NotAllowed):
                perform(person, name_deputy, xrd.unit, steward, colleague, first_day=MONDAY, last_day=MONDAY)
        assert before.unchanged()
        assert not Deputy.objects.exists()

    @pytest.mark.parametrize(
        ("who", "first", "last", "fields"),
        [
            ("stranger", 0, 0, ["deputy"]),
            ("closed", 0, 0, ["deputy"]),
            ("steward", 0, 0, ["deputy"]),
            ("colleague", -1, 0, ["first_day"]),
            ("colleague", 2, 1, ["last_day"]),
            ("stranger", 0, 366, ["deputy", "last_day"]),
        ],
    )
    def test_all_that_is_wrong_at_once(self, xrd, steward, colleague, ledger, who, first, last, fields):
        """Of the unit, with an open account, somebody else; days in order, a year at most; nothing changed."""
        people = {
            "stranger": PersonFactory(),
            "closed": PersonFactory(home_unit=xrd.unit, is_active=False),
            "steward": steward,
            "colleague": colleague,
        }
        days = {"first_day": MONDAY + first * DAY, "last_day": MONDAY + last * DAY}
        before = ledger()
        with pytest.raises(InvalidDeputy) as refused:
            perform(steward, name_deputy, xrd.unit, steward, people[who], **days)
        assert sorted(refused.value.fields) == fields
        assert before.unchanged()
        assert not Deputy.objects.exists()

    def test_once_for_the_same_days(self, xrd, steward, deputy, colleague, manager):
        """The day after its last is another time; who keeps nothing there has no deputy."""
        with pytest.raises(InvalidDeputy):
            perform(
                steward,
                name_deputy,
                xrd.unit,
                steward,
                colleague,
                first_day=MONDAY + 3 * DAY,
                last_day=MONDAY + 9 * DAY,
            )
        days = {"first_day": MONDAY + 4 * DAY, "last_day": MONDAY + 9 * DAY}
        perform(steward, name_deputy, xrd.unit, steward, colleague, **days)
        with pytest.raises(InvalidDeputy) as refused:
            perform(manager, name_deputy, xrd.unit, colleague, steward, **days)
        assert list(refused.value.fields) == ["person"]

    def test_the_database_refuses_it_too(self, deputy):
        """An end before its beginning, and oneself."""
        rows = Deputy.objects.filter(pk=deputy.pk)
        for wrong in ({"valid_to": MONDAY}, {"deputy": deputy.person}):
            with pytest.raises(IntegrityError), transaction.atomic():
                rows.update(**wrong)


class TestRights:
    """What a deputy may do, and when."""

    @pytest.mark.parametrize(("day", "stands_in"), [(0, False), (1, True), (3, True), (4, False)])
    def test_from_the_first_to_the_last_day(self, deputy, xrd, colleague, monday, day, stands_in):
        """Both edges: by the right, in the lists, and among those who are told."""
        monday.move_to(at(day, 9))
        assert keeps(colleague, xrd) == (stands_in,) * 3
        assert (xrd.pk in stewarded_by(anew(colleague))) is stands_in
        assert (xrd.unit_id in roles_of(anew(colleague)).deputy_in) is stands_in

    def test_decides_and_is_told(self, deputy, xrd, steward, colleague, member, monday):
        """A request of Tuesday is told to both, and the deputy approves it."""
        monday.move_to(at(1, 9))
        wish = perform(member, request_booking, xrd, start=at(3, 9), end=at(3, 11), purpose="钙钛矿")
        told = Notice.objects.filter(kind="booking_requested")
        assert {notice.person for notice in told} == {steward, colleague}
        assert wish in bookings_visible_to(anew(colleague))
        assert perform(anew(colleague), approve_booking, wish).decided_by == colleague

    def test_all_instruments_of_the_steward_and_no_others(self, deputy, xrd, steward, colleague, monday):
        """A second one the steward keeps; not one of a colleague, nor one the steward keeps in another unit."""
        monday.move_to(at(1, 9))
        second, third = make_instrument(unit=xrd.unit), make_instrument(unit=xrd.unit)
        StewardshipFactory(instrument=second, person=steward)
        make_steward(third)
        elsewhere = make_instrument()
        StewardshipFactory(instrument=elsewhere, person=steward)
        assert stewarded_by(anew(colleague)) == {xrd.pk, second.pk}
        assert [keeps(colleague, one) for one in (second, third, elsewhere)] == [
            (True,) * 3, (False,) * 3, (False,) * 3
        ]  # fmt: skip

    def test_a_deputy_names_no_deputy(self, deputy, colleague, xrd, monday):
        """The right is the steward's own."""
        monday.move_to(at(1, 9))
        assert not can(anew(colleague), "name_deputy", deputy)

    def test_what_ends_it_with_the_people(self, deputy, xrd, steward, colleague, monday):
        """The deputy goes to another unit; the steward is none any more; an account is closed."""
        monday.move_to(at(1, 9))
        Person.objects.filter(pk=colleague.pk).update(home_unit=make_instrument().unit)
        assert keeps(colleague, xrd) == (False,) * 3
        Person.objects.filter(pk=colleague.pk).update(home_unit=xrd.unit)
        assert keeps(colleague, xrd) == (True,) * 3
        steward.stewardships.update(valid_to=MONDAY)
        assert keeps(colleague, xrd) == (False,) * 3
        steward.stewardships.update(valid_to=None)
        Person.objects.filter(pk=colleague.pk).update(is_active=False)
        assert keeps(colleague, xrd)[:2] == (False, False)

    def test_ended_at_once(self, deputy, xrd, steward, colleague, monday, verbs):
        """From this moment on; the second time changes nothing; one that has not begun never does."""
        monday.move_to(at(1, 9))
        ended = perform(steward, end_deputy, deputy)
        assert ended.valid_to == MONDAY + DAY
        assert keeps(colleague, xrd) == (False,) * 3
        assert verbs()[-1] == "instruments.deputy.ended"
        assert Notice.objects.filter(kind="deputy_ended").get().person == colleague
        known = len(verbs())
        perform(steward, end_deputy, deputy)
        assert len(verbs()) == known
        days = {"first_day": MONDAY + 5 * DAY, "last_day": MONDAY + 6 * DAY}
        later = perform(steward, name_deputy, xrd.unit, steward, colleague, **days)
        assert perform(steward, end_deputy, later).valid_to == later.valid_from
        monday.move_to(at(5, 9))
        assert keeps(colleague, xrd) == (False,) * 3

    def test_nobody_else_ends_it(self, deputy, colleague, outsider, ledger):
        """Not the deputy, not another unit's steward."""
        before = ledger()
        for person in (colleague, outsider, make_officer()):
            with pytest.raises(NotAllowed):
                perform(person, end_deputy, deputy)
        assert before.unchanged()


class TestPages:
    """Where it is seen."""

    @pytest.fixture
    def page(self, xrd) -> str:
        """The stewards of the instrument."""
        return reverse("instruments:stewards", args=[xrd.unit.code, xrd.code])

    def test_named_and_ended_on_the_page_of_the_stewards(self, xrd, steward, colleague, client, page):
        """By the steward in person, who alone may be chosen; what is refused stays as typed."""
        second = make_steward(xrd)
        client.force_login(steward)
        name = reverse("instruments:name_deputy", args=[xrd.unit.code, xrd.code])
        assert f'action="{name}"' in client.get(page).text
        assert client.get(name).url == page
        said = {
            "person": steward.pk,
            "deputy": colleague.pk,
            "first_day": "2026-03-02",
            "last_day": "2026-03-01",
        }
        assert client.post(name, said).status_code == 422
        assert client.post(name, said | {"person": second.pk, "last_day": "2026-03-03"}).status_code == 422
        assert client.post(name, said | {"last_day": "2026-03-03"}).url == page
        row = Deputy.objects.get()
        end = reverse("instruments:end_deputy", args=[xrd.unit.code, xrd.code, row.pk])
        assert colleague.display_name in client.get(page).text
        assert client.get(end).url == page
        assert Deputy.objects.get().valid_to == MONDAY + 2 * DAY
        assert client.post(end).url == page
        assert Deputy.objects.get().valid_to == MONDAY
        assert client.post(end).status_code == 404
        assert 'id="deputies"' not in client.get(page).text

    def test_a_deputy_sees_it_and_ends_nothing(self, deputy, xrd, colleague, client, page, monday):
        """On the page without buttons; by hand it is not there."""
        monday.move_to(at(1, 9))
        client.force_login(colleague)
        text = client.get(page).text
        assert ('id="deputies"' in text, "/deputies/" in text) == (True, False)
        end = reverse("instruments:end_deputy", args=[xrd.unit.code, xrd.code, deputy.pk])
        name = reverse("instruments:name_deputy", args=[xrd.unit.code, xrd.code])
        assert (client.post(end).status_code, client.post(name).status_code) == (404, 404)

    def test_the_desk_says_for_whom(self, deputy, xrd, steward, colleague, asked, monday):
        """With what waits there; on the way to it, too; the day after there is no desk any more."""
        monday.move_to(at(1, 8))
        client = Client()
        client.force_login(colleague)
        english = {"accept-language": "en"}
        answer = client.get("/desk/", headers=english)
        assert f"You stand in for {steward.display_name} until Thu 5 Mar." in answer.text
        assert [wish.booking for wish in answer.context["wishes"]] == [asked]
        assert client.get("/me/", headers=english).context["nav"].is_steward
        assert client.get(reverse("portal:start")).url == "/desk/"
        monday.move_to(at(4, 9))
        client.force_login(colleague)
        assert "You stand in" not in client.get("/desk/", headers=english).text
        assert not client.get("/me/", headers=english).context["nav"].is_steward
        assert client.get(reverse("portal:start")).url == "/me/"

    def test_no_query_more_for_whoever_stands_in_for_nobody(self, xrd, steward, colleague, client):
        """The roles of everybody are one query, with deputies or without."""

        def queries(person: Person, address: str) -> int:
            client.force_login(person)
            client.get(address)
            with CaptureQueriesContext(connection) as found:
                client.get(address)
            return len(found)

        few = [queries(steward, "/desk/"), queries(steward, "/me/")]
        perform(steward, name_deputy, xrd.unit, steward, colleague, first_day=MONDAY, last_day=MONDAY)
        assert [queries(steward, "/desk/"), queries(steward, "/me/")] == few
        assert queries(colleague, "/desk/") == few[0] + 1
        assert not Booking.objects.exists()

"""Faults: reported by whoever uses the instrument, seen where one books, taken up and ended by who keeps it."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from PIL import Image

from changes import StaleVersion, perform
from changes.errors import NotAllowed
from instruments.booking.enums import BookingKind, BookingState
from instruments.booking.errors import RulesBroken
from instruments.upkeep.actions.faults import acknowledge_fault, end_fault, report_fault
from instruments.upkeep.enums import FaultState, Severity
from instruments.upkeep.errors import WrongFaultState
from instruments.upkeep.models import Fault, FaultPhoto
from instruments.upkeep.queries.faults import standing_faults
from notices.kinds import write
from notices.models import Notice
from tests.factories.instruments import BookingFactory, make_instrument, make_steward
from tests.factories.members import PersonFactory, UnitRoleFactory, make_officer
from tests.instruments.moments import NOW, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def user(xrd):
    """Has the diffractometer on Wednesday."""
    return BookingFactory(instrument=xrd, start=at(2, 10), end=at(2, 12)).person


def picture(
    name: str = "JPEG", size: tuple[int, int] = (3000, 2000), **options: object
) -> SimpleUploadedFile:
    """A photo as a phone sends it."""
    kept = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(kept, name, **options)
    return SimpleUploadedFile(f"photo.{name.lower()}", kept.getvalue(), content_type=f"image/{name.lower()}")


def told(person) -> list[str]:
    """The kinds of notice a person has, oldest first."""
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("kind", flat=True))


class TestReporting:
    """`report_fault`."""

    def test_its_keepers_are_told_and_it_stands(self, xrd, steward, user, verbs):
        """One row, one line of the history, one notice to the steward and none to who reported it."""
        fault = perform(user, report_fault, xrd, severity="out", words=" 真空泵异响 ", photo=b"jpeg")
        assert (fault.state, fault.severity, fault.words) == (FaultState.OPEN, Severity.OUT, "真空泵异响")
        assert (fault.reported_by, fault.reported_at, fault.station) == (user, NOW, None)
        assert bytes(FaultPhoto.objects.get().jpeg) == b"jpeg"
        assert standing_faults(xrd) == [fault]
        assert (told(steward), told(user)) == (["fault_reported"], [])
        assert verbs() == ["instruments.fault.reported"]
        notice = Notice.objects.get()
        assert notice.link == f"/faults/{fault.pk}/"
        with translation.override("en"):
            assert write("fault_reported", notice.context, "en").subject.endswith(": Out of order")

    @pytest.mark.parametrize("state", ["requested", "cancelled", "no_show", "declined"])
    def test_who_has_not_used_it_reports_nothing(self, xrd, ledger, state):
        """A request is no use; one that came to nothing is none either; nor is upkeep of somebody."""
        person = PersonFactory()
        BookingFactory(instrument=xrd, person=person, state=state, start=at(1, 9), expires_at=at(1, 9))
        BookingFactory(instrument=xrd, person=person, kind=BookingKind.MAINTENANCE, start=at(3, 9))
        BookingFactory(instrument=make_instrument(), person=person, start=at(1, 9))
        before = ledger()
        with pytest.raises(NotAllowed):
            perform(person, report_fault, xrd, severity="note", words="声音大")
        assert before.unchanged()
        assert not Fault.objects.exists()

    @pytest.mark.parametrize("state", ["confirmed", "in_use", "completed"])
    def test_who_uses_it_does(self, xrd, state):
        """Whether the use is to come, runs or is over."""
        person = BookingFactory(instrument=xrd, state=state, start=at(0, 8)).person
        assert perform(person, report_fault, xrd, severity="note", words="声音大").reported_by == person

    @pytest.mark.parametrize(
        ("words", "station"),
        [("", None), (" ", None), ("x" * 1001, None), ("a\0b", None), ("x", 0), ("x", 2)],
    )
    def test_what_cannot_be_kept_changes_nothing(self, xrd, user, ledger, words, station):
        """Words of 1 to 1000 characters; a station the instrument has."""
        before = ledger()
        with pytest.raises(RulesBroken):
            perform(user, report_fault, xrd, severity="note", words=words, station=station)
        assert before.unchanged()
        assert not Fault.objects.exists()

    def test_at_the_edges(self, other):
        """One character and a thousand; the last station."""
        steward = make_steward(other)
        for words in ("x", "x" * 1000):
            assert (
                perform(steward, report_fault, other, severity="note", words=words, station=2).words == words
            )

    def test_a_severity_that_is_none(self, xrd, user):
        """A slip of the program."""
        with pytest.raises(ValueError, match="terrible"):
            perform(user, report_fault, xrd, severity="terrible", words="x")

    def test_the_gravest_first(self, xrd, steward):
        """Then the oldest; what has ended stands no more; another instrument's is not there."""
        note, out, limited, ended = (
            perform(steward, report_fault, xrd, severity=severity, words=severity)
            for severity in ("note", "out", "limited", "out")
        )
        second = perform(steward, report_fault, xrd, severity="note", words="second")
        elsewhere = make_instrument()
        perform(make_steward(elsewhere), report_fault, elsewhere, severity="out", words="x")
        perform(steward, end_fault, ended, repaired=True, outcome="换了")
        assert standing_faults(xrd) == [out, limited, note, second]


class TestSteps:
    """`acknowledge_fault`, `end_fault`."""

    @pytest.fixture
    def fault(self, xrd, user) -> Fault:
        """Reported by its user."""
        return perform(user, report_fault, xrd, severity="limited", words="漏气")

    def test_who_and_when(self, fault, steward, user, verbs):
        """Acknowledged, then repaired, each with its person and moment; the reporter hears of both."""
        fault = perform(steward, acknowledge_fault, fault, seen=1)
        assert (fault.state, fault.acknowledged_by, fault.acknowledged_at) == ("acknowledged", steward, NOW)
        fault = perform(steward, end_fault, fault, repaired=True, outcome=" 换了密封圈 ", seen=2)
        assert (fault.state, fault.ended_by, fault.ended_at) == ("repaired", steward, NOW)
        assert (fault.outcome, fault.version, fault.is_standing) == ("换了密封圈", 3, False)
        assert told(user) == ["fault_acknowledged", "fault_ended"]
        assert verbs()[1:] == ["instruments.fault.acknowledged", "instruments.fault.ended"]
        said = Notice.objects.get(kind="fault_ended")
        with translation.override("en"):
            assert "“Repaired”" in write("fault_ended", said.context, "en").body

    def test_closed_at_once(self, fault, steward):
        """Without being taken up first."""
        fault = perform(steward, end_fault, fault, repaired=False, outcome="操作问题")
        assert (fault.state, fault.acknowledged_by) == ("closed", None)

    def test_ones_own_report_is_told_to_nobody(self, xrd, steward):
        """Who reports and repairs knows it."""
        fault = perform(steward, report_fault, xrd, severity="note", words="x")
        perform(steward, acknowledge_fault, fault)
        assert told(steward) == []

    def test_each_step_once(self, fault, steward, ledger):
        """Acknowledged twice, ended twice, acknowledged after its end: refused, nothing changed."""
        perform(steward, acknowledge_fault, fault)
        before = ledger()
        with pytest.raises(WrongFaultState):
            perform(steward, acknowledge_fault, fault)
        assert before.unchanged()
        perform(steward, end_fault, fault, repaired=True, outcome="x")
        before = ledger()
        for step in (
            lambda: perform(steward, acknowledge_fault, fault),
            lambda: perform(steward, end_fault, fault, repaired=False, outcome="x"),
        ):
            with pytest.raises(WrongFaultState):
                step()
        assert before.unchanged()

    def test_refusals_change_nothing(self, fault, steward, user, outsider, ledger):
        """Of right, of version, of words."""
        before = ledger()
        for person in (user, outsider, make_officer()):
            with pytest.raises(NotAllowed):
                perform(person, acknowledge_fault, fault)
            with pytest.raises(NotAllowed):
                perform(person, end_fault, fault, repaired=True, outcome="x")
        with pytest.raises(StaleVersion):
            perform(steward, acknowledge_fault, fault, seen=7)
        for outcome in ("", "x" * 301):
            with pytest.raises(RulesBroken):
                perform(steward, end_fault, fault, repaired=True, outcome=outcome)
        assert before.unchanged()
        fault.refresh_from_db()
        assert fault.state == FaultState.OPEN

    @pytest.mark.parametrize(
        "wrong",
        [{"state": "acknowledged"}, {"state": "repaired"}, {"severity": "bad"}, {"state": "gone"}],
    )
    def test_the_database_refuses_it_too(self, fault, wrong):
        """A state without its person, and codes that nobody knows."""
        with pytest.raises(IntegrityError), transaction.atomic():
            Fault.objects.filter(pk=fault.pk).update(**wrong)


class TestPages:
    """What people see of it."""

    @pytest.fixture
    def fault(self, xrd, user) -> Fault:
        """Grave, with words and a photo."""
        return perform(user, report_fault, xrd, severity="out", words="样品台卡住", photo=b"jpeg")

    def test_reported_on_the_page(self, xrd, user, client):
        """From the booking: form, photo drawn anew as a JPEG of at most 1600 points a side without what it carried."""
        client.force_login(user)
        address = reverse("instruments:report_fault", args=[xrd.code])
        booking = user.bookings.get()
        assert address in client.get(reverse("instruments:booking", args=[booking.pk])).text
        assert address in client.get(reverse("instruments:instrument", args=[xrd.code])).text
        exif = Image.Exif()
        exif[0x010F] = "SECRET-CAMERA"
        sent = {"severity": "limited", "words": "漏气", "photo": picture(exif=exif.tobytes())}
        answer = client.post(address, sent, follow=True)
        assert "漏气" in answer.text
        fault = Fault.objects.get()
        photo = client.get(reverse("instruments:fault_photo", args=[fault.pk]))
        assert photo["Content-Type"] == "image/jpeg"
        assert photo["X-Content-Type-Options"] == "nosniff"
        kept = Image.open(io.BytesIO(photo.content))
        assert (kept.format, kept.size) == ("JPEG", (1600, 1067))
        assert b"SECRET" not in photo.content

    @pytest.mark.parametrize(("name", "options"), [("PNG", {}), ("WEBP", {}), ("JPEG", {"size": (10, 10)})])
    def test_photos_of_other_kinds(self, xrd, user, client, name, options):
        """PNG and WebP come out as JPEG too; a small one stays small."""
        client.force_login(user)
        sent = {"severity": "note", "words": "x", "photo": picture(name, **options)}
        client.post(reverse("instruments:report_fault", args=[xrd.code]), sent)
        assert bytes(FaultPhoto.objects.get().jpeg)[:2] == b"\xff\xd8"

    @pytest.mark.parametrize(
        "photo",
        [
            SimpleUploadedFile("x.jpg", b"<svg onload=alert(1)>", content_type="image/jpeg"),
            SimpleUploadedFile("x.jpg", b"\xff\xd8\xff\xe0 broken", content_type="image/jpeg"),
            SimpleUploadedFile("x.jpg", b"x" * (5 * 1024 * 1024 + 1), content_type="image/jpeg"),
            SimpleUploadedFile("x.jpg", b"", content_type="image/jpeg"),
            picture("GIF", (10, 10)),
            picture("PNG", (9000, 7000)),
        ],
        ids=["svg", "broken", "large", "empty", "gif", "too_many_points"],
    )
    def test_what_is_no_photo(self, xrd, user, client, photo):
        """Refused beside its field, nothing written."""
        client.force_login(user)
        photo.seek(0)
        sent = {"severity": "note", "words": "x", "photo": photo}
        answer = client.post(reverse("instruments:report_fault", args=[xrd.code]), sent)
        assert answer.status_code == 422
        assert answer.context["form"].errors.keys() == {"photo"}
        assert not Fault.objects.exists()

    def test_a_station_that_is_not_there(self, other, client):
        """Said beside its field."""
        client.force_login(make_steward(other))
        sent = {"severity": "note", "words": "x", "station": "3"}
        answer = client.post(reverse("instruments:report_fault", args=[other.code]), sent)
        assert answer.context["form"].errors.keys() == {"station"}

    def test_it_stands_where_one_books(self, xrd, fault, member, client):
        """At the head, in the week and at the form; words for who is signed in, never a name."""
        page = reverse("instruments:instrument", args=[xrd.code])
        for address in (page, reverse("instruments:week", args=[xrd.code])):
            seen = client.get(address, headers={"accept-language": "en"}).text
            assert "Out of order" in seen
            assert "样品台卡住" not in seen
        client.force_login(member)
        seen = client.get(page, headers={"accept-language": "zh-hans"}).text
        assert seen.count("无法使用") == 3
        assert "样品台卡住" in seen
        assert str(fault.reported_by) not in seen
        assert reverse("instruments:report_fault", args=[xrd.code]) not in seen
        perform(make_steward(xrd), end_fault, fault, repaired=True, outcome="好了")
        assert "样品台卡住" not in client.get(page).text

    def test_on_ones_own_booking(self, user, fault, client):
        """Before the use it is read there too."""
        client.force_login(user)
        assert "样品台卡住" in client.get(reverse("instruments:booking", args=[user.bookings.get().pk])).text

    def test_at_the_desk(self, xrd, steward, fault, outsider, client):
        """The steward of the instrument finds it in the list, another one does not; one query for all."""
        desk, page = reverse("instruments:desk"), reverse("instruments:fault", args=[fault.pk])
        client.force_login(outsider)
        assert page not in client.get(desk).text
        client.force_login(steward)
        with CaptureQueriesContext(
            connection,
        ) as one:
            assert page in client.get(desk).text
        for _n in range(3):
            perform(steward, report_fault, xrd, severity="note", words="x")
        with CaptureQueriesContext(connection) as four:
            client.get(desk)
        assert len(one) == len(four)

    def test_who_sees_it_in_full(self, fault, steward, manager, user, member, outsider, client):
        """Reporter, keepers, officers and who views the unit; nobody else learns that it is there."""
        viewer = UnitRoleFactory(unit=fault.instrument.unit, kind="viewer").person
        for name in ("fault", "fault_photo"):
            address = reverse(f"instruments:{name}", args=[fault.pk])
            seen = []
            for person in (user, steward, manager, viewer, make_officer(), member, outsider):
                client.force_login(person)
                seen.append(client.get(address).status_code)
            assert seen == [200] * 5 + [404] * 2
        assert client.get(reverse("instruments:fault", args=[2**70])).status_code == 404

    def test_the_steps_on_the_page(self, fault, steward, user, client):
        """Taken up, then repaired with words; without words the form comes back; too late is said."""
        page = reverse("instruments:fault", args=[fault.pk])

        def act(verb: str, version: int, **said: str):
            address = reverse("instruments:fault_act", args=[fault.pk, verb])
            return client.post(address, {"version": version, **said})

        client.force_login(user)
        assert act("acknowledge", 1).status_code == 404
        client.force_login(steward)
        assert client.get(reverse("instruments:fault_act", args=[fault.pk, "repair"])).url == f"{page}#repair"
        assert act("burn", 1).status_code == 404
        assert act("acknowledge", 1).url == page
        assert act("acknowledge", 2).status_code == 409
        assert act("repair", 2).status_code == 422
        assert act("repair", 1, outcome="x").status_code == 409
        assert act("close", 2, outcome="误报").url == page
        fault.refresh_from_db()
        assert (fault.state, fault.outcome) == (FaultState.CLOSED, "误报")
        assert "误报" in client.get(page).text

    def test_without_a_photo_there_is_none(self, xrd, steward, client):
        """The address leads nowhere."""
        fault = perform(steward, report_fault, xrd, severity="note", words="x")
        client.force_login(steward)
        assert client.get(reverse("instruments:fault_photo", args=[fault.pk])).status_code == 404
        assert BookingState.CONFIRMED not in client.get(reverse("instruments:fault", args=[fault.pk])).text

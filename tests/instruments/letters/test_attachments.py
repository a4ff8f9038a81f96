"""Files with a booking: PDF and pictures by their content, read by its two sides, needed where the rules say so."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from PIL import Image

from audit.models import Entry
from changes import perform
from changes.errors import NotAllowed
from instruments.booking.actions.changes import cancel_booking
from instruments.booking.actions.decisions import approve_booking
from instruments.booking.actions.series import approve_series, request_series
from instruments.booking.enums import BookingState
from instruments.booking.errors import RulesBroken
from instruments.booking.models import Booking
from instruments.booking.rules.repeats import rule_of
from instruments.inventory.errors import InvalidInstrument
from instruments.letters.actions.attachments import SentFile, attach_files
from instruments.letters.enums import FileKind
from instruments.letters.models import BookingAttachment
from instruments.letters.queries.attachments import lacking_files
from instruments.terms.actions.policies import set_policy
from instruments.terms.models import BookingPolicy
from instruments.terms.rules.intervals import Interval
from instruments.terms.rules.limits import PolicyData
from members.permissions import can
from notices.models import Notice
from tests.api.calling import Caller
from tests.factories.instruments import BookingFactory, make_instrument
from tests.factories.members import make_manager, make_officer
from tests.instruments.moments import NOW, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]

PDF_BYTES = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PDF = SentFile("测试方案.pdf", FileKind.PDF, PDF_BYTES)


def sent(name: str = "测试方案.pdf", content: bytes = PDF_BYTES) -> SimpleUploadedFile:
    """A file as a browser sends it; what the browser says of its kind is not believed."""
    return SimpleUploadedFile(name, content, content_type="application/octet-stream")


def photo(**options: object) -> bytes:
    """A large photo."""
    kept = io.BytesIO()
    Image.new("RGB", (3000, 2000), (200, 30, 30)).save(kept, "JPEG", **options)
    return kept.getvalue()


@pytest.fixture
def files(xrd):
    """Files may be attached; call it with another rule."""

    def asked(rule: str) -> None:
        BookingPolicy.objects.filter(instrument=xrd).update(attachments=rule)

    asked("may")
    return asked


def rules(refused: pytest.ExceptionInfo[RulesBroken]) -> list[str]:
    """The codes of what was broken."""
    return [one.rule for one in refused.value.problems]


class TestAttaching:
    """`attach_files`."""

    def test_kept_with_the_booking(self, files, asked, member, steward):
        """The other side is told of the names; the history keeps how many."""
        kept = perform(member, attach_files, asked, [PDF, SentFile("图.jpg", FileKind.JPEG, b"jpeg")])
        assert [(one.name, one.kind, one.size, one.added_by, one.added_at) for one in kept] == [
            ("测试方案.pdf", "pdf", len(PDF_BYTES), member, NOW),
            ("图.jpg", "jpeg", 4, member, NOW),
        ]
        notice = Notice.objects.get(kind="booking_attachment")
        assert (notice.person, notice.context["names"]) == (steward, "测试方案.pdf, 图.jpg")
        entry = Entry.objects.order_by("-sequence").first()
        assert (entry.verb, entry.after) == ("instruments.attachment.added", {"files": 2, "present": 2})
        perform(steward, attach_files, asked, [PDF])
        assert Notice.objects.filter(kind="booking_attachment", person=member).count() == 1

    def test_nobody_else_attaches(self, files, asked, outsider, ledger):
        """Another unit's steward and the officer; nothing changed."""
        before = ledger()
        for person in (outsider, make_officer()):
            assert not can(person, "read_attachments", asked)
            with pytest.raises(NotAllowed):
                perform(person, attach_files, asked, [PDF])
        assert before.unchanged()
        assert not BookingAttachment.objects.exists()

    def test_all_that_is_wrong_at_once(self, files, asked, member, ledger):
        """Over, too many and too large; asked for by nobody."""
        perform(member, attach_files, asked, [PDF] * 5)
        perform(member, cancel_booking, asked)
        before = ledger()
        with pytest.raises(RulesBroken) as refused:
            perform(member, attach_files, asked, [SentFile("x.pdf", FileKind.PDF, b"")])
        assert rules(refused) == ["attachments_over", "attachment_size", "attachments_most"]
        files("no")
        with pytest.raises(RulesBroken) as refused:
            perform(member, attach_files, asked, [PDF])
        assert rules(refused) == ["attachments_none", "attachments_most"]
        assert refused.value.problems[0].owner == "instrument"
        assert before.unchanged()
        assert BookingAttachment.objects.count() == 5

    def test_the_database_lets_nobody_change_it(self, files, asked, member):
        """Nor remove it, nor keep what nobody knows."""
        file = perform(member, attach_files, asked, [PDF])[0]
        rows = BookingAttachment.objects.filter(pk=file.pk)
        for change in (lambda: rows.update(content=b"x"), lambda: rows._raw_delete("default")):
            with pytest.raises(IntegrityError), transaction.atomic():
                change()
        for wrong in ({"kind": "exe"}, {"size": 0}):
            said = {
                "booking": asked,
                "added_by": member,
                "name": "x",
                "kind": "pdf",
                "size": 1,
                "content": b"x",
            }
            with pytest.raises(IntegrityError), transaction.atomic():
                BookingAttachment.objects.create(**said | wrong)


class TestRequired:
    """`must`: a request is approved once a file is there."""

    def test_told_with_all_other_rules(self, files, asked, steward, member, officer_puts_out, ledger):
        """The instrument is out of service then too: both stand in one refusal, and the request waits on."""
        files("must")
        officer_puts_out(asked.instrument)
        before = ledger()
        with pytest.raises(RulesBroken) as refused:
            perform(steward, approve_booking, asked)
        assert sorted(rules(refused)) == ["attachment", "instrument_state"]
        assert before.unchanged()
        asked.refresh_from_db()
        assert asked.state == BookingState.REQUESTED

    @pytest.fixture
    def officer_puts_out(self):
        """Put an instrument out of service without asking about what hangs on it."""

        def put(instrument) -> None:
            type(instrument).objects.filter(pk=instrument.pk).update(state="under_repair")

        return put

    def test_a_file_of_either_side_is_enough(self, files, asked, steward, member):
        """Attached afterwards; the desk no longer misses it."""
        files("must")
        asked.instrument.policy.refresh_from_db()
        assert lacking_files([asked]) == {asked.pk}
        perform(member, attach_files, asked, [PDF])
        assert lacking_files([asked]) == frozenset()
        assert perform(steward, approve_booking, asked).state == BookingState.CONFIRMED

    def test_one_file_stands_for_a_series(self, files, xrd, member, steward):
        """Attached to the second of its times."""
        files("must")
        times = [Interval(at(day, 9), at(day, 10)) for day in (2, 3)]
        said = {"purpose": "相分析", "purpose_kind": "research"}
        perform(member, request_series, xrd, times, rule=rule_of("daily", 2), said=said)
        rows = list(Booking.objects.order_by("start").select_related("instrument__policy", "series"))
        with pytest.raises(RulesBroken):
            perform(steward, approve_series, rows[0].series)
        assert lacking_files(rows) == {row.pk for row in rows}
        perform(member, attach_files, rows[1], [PDF])
        assert lacking_files(rows) == frozenset()
        assert len(perform(steward, approve_series, rows[0].series)) == 2

    def test_a_program_is_told_what_to_do(self, files, asked, steward):
        """422 with the rule, who made it and the sentence."""
        files("must")
        answer = Caller(steward).post(f"bookings/{asked.pk}/approve/", headers={"accept-language": "en"})
        assert answer.status_code == 422
        told = answer.json()["errors"]
        assert [(one["rule"], one["owner"]) for one in told] == [("attachment", "instrument")]
        assert told[0]["message"].endswith("Attach one on the page of the booking.")

    def test_where_bookings_are_confirmed_at_once_no_file_is_required(self, steward, xrd, ledger):
        """The rules themselves are refused, in words; with approval, or only allowed, they hold."""
        before = ledger()
        with pytest.raises(InvalidInstrument) as refused:
            perform(steward, set_policy, xrd, PolicyData(approval_required=False, attachments="must"))
        assert list(refused.value.fields) == ["attachments"]
        with translation.override("en"):
            assert str(refused.value.fields["attachments"][0])
        with pytest.raises(InvalidInstrument):
            perform(steward, set_policy, xrd, PolicyData(attachments="perhaps"))
        assert before.unchanged()
        perform(steward, set_policy, xrd, PolicyData(approval_required=True, attachments="must"))
        perform(steward, set_policy, xrd, PolicyData(approval_required=False, attachments="may"))
        assert BookingPolicy.objects.get(instrument=xrd).attachments == "may"


class TestPages:
    """What people see of it."""

    def test_attached_on_the_booking_and_read_by_both_sides(self, files, asked, member, steward, client):
        """A PDF as it is, a picture drawn anew without what it carried; served to be saved."""
        exif = Image.Exif()
        exif[0x010F] = "SECRET-CAMERA"
        client.force_login(member)
        page, address = (
            reverse(f"instruments:{name}", args=[asked.pk]) for name in ("booking", "attachments")
        )
        assert f'action="{address}"' in client.get(page).text
        answer = client.post(
            address, {"attached": [sent(), sent("IMG_1.PNG.exe", photo(exif=exif.tobytes()))]}, follow=True
        )
        assert answer.redirect_chain == [(f"{page}#attachments", 302)]
        pdf, jpeg = BookingAttachment.objects.all()
        assert (pdf.name, pdf.kind, bytes(pdf.content)) == ("测试方案.pdf", "pdf", PDF_BYTES)
        assert (jpeg.name, jpeg.kind, b"SECRET" in bytes(jpeg.content)) == ("IMG_1.PNG.jpg", "jpeg", False)
        with Image.open(io.BytesIO(bytes(jpeg.content))) as picture:
            assert (picture.size, picture.getexif()) == ((2400, 1600), {})
        client.force_login(steward)
        got = client.get(reverse("instruments:attachment", args=[asked.pk, pdf.pk]))
        assert (got.content, got["Content-Type"]) == (PDF_BYTES, "application/pdf")
        assert got["X-Content-Type-Options"] == "nosniff"
        assert got["Content-Disposition"].startswith("attachment; filename*=utf-8''")
        assert "测试方案.pdf" in client.get(page).text

    def test_nobody_else_reads_them(self, files, asked, member, client):
        """The officer sees the booking, no file of it; nor is a file of another booking behind one's own."""
        file = perform(member, attach_files, asked, [PDF])[0]
        own = BookingFactory(instrument=asked.instrument, start=at(3, 9))
        address = reverse("instruments:attachment", args=[asked.pk, file.pk])
        for person, status in ((make_officer(), 200), (make_manager(make_instrument().unit), 404)):
            client.force_login(person)
            answer = client.get(reverse("instruments:booking", args=[asked.pk]))
            assert (answer.status_code, "测试方案" in answer.text) == (status, False)
            assert client.get(address).status_code == 404
            assert client.post(reverse("instruments:attachments", args=[asked.pk])).status_code == 404
        client.force_login(own.person)
        assert client.get(reverse("instruments:attachment", args=[own.pk, file.pk])).status_code == 404
        client.force_login(member)
        assert client.get(address).status_code == 200

    @pytest.mark.parametrize(
        ("content", "name"),
        [
            (b"MZ\x90\x00", "报告.pdf"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'></svg>", "x.svg"),
            (b"GIF89a", "x.gif"),
            (b"%PDF-1.7" + b"x" * (10 * 1024 * 1024), "large.pdf"),
        ],
    )
    def test_what_is_no_such_file_is_refused(self, files, asked, member, client, content, name):
        """Whatever it is called; nothing is kept, the right one beside it neither."""
        client.force_login(member)
        address = reverse("instruments:attachments", args=[asked.pk])
        answer = client.post(address, {"attached": [sent(), sent(name, content)]})
        assert (answer.status_code, name in answer.text) == (422, True)
        assert client.post(address, {"attached": [sent()] * 6}).status_code == 422
        assert client.post(address, {}).status_code == 422
        assert not BookingAttachment.objects.exists()
        assert client.get(address).status_code == 200

    def test_a_sixth_file_is_refused_by_the_rule(self, files, asked, member, client):
        """With what is there already; no form is offered where five are there."""
        perform(member, attach_files, asked, [PDF] * 4)
        client.force_login(member)
        address = reverse("instruments:attachments", args=[asked.pk])
        assert client.post(address, {"attached": [sent(), sent()]}).status_code == 422
        client.post(address, {"attached": [sent()]})
        assert BookingAttachment.objects.count() == 5
        assert 'name="attached"' not in client.get(reverse("instruments:booking", args=[asked.pk])).text

    @pytest.mark.parametrize(("rule", "offered"), [("no", False), ("may", True), ("must", True)])
    def test_at_booking(self, files, xrd, member, client, rule, offered):
        """The field stands in the booking form where the rules say so, and nothing is booked with a wrong file."""
        files(rule)
        page = reverse("instruments:instrument", args=[xrd.code])
        assert ('name="attached"' in client.get(page).text) is False
        client.force_login(member)
        assert ('name="attached"' in client.get(page).text) is offered
        said = {
            "day": "2026-03-05",
            "start_time": "09:00",
            "end_time": "11:00",
            "purpose_kind": "research",
            "purpose": "钙钛矿",
        }
        book = reverse("instruments:book", args=[xrd.code])
        if offered:
            refused = client.post(book, said | {"attached": [sent("x.pdf", b"no")]})
            assert (refused.status_code, "x.pdf" in refused.text) == (422, True)
            series = client.post(book, said | {"attached": [sent()], "repeat": "weekly", "times": "2"})
            assert series.status_code == 422
            assert not Booking.objects.exists()
        assert client.post(book, said | {"attached": [sent()]}).status_code == 302
        assert Booking.objects.get().state == BookingState.REQUESTED
        assert BookingAttachment.objects.count() == offered

    def test_the_desk_and_the_booking_say_what_is_missing(self, files, asked, member, steward, client):
        """Until it is there."""
        files("must")
        client.force_login(steward)
        page = reverse("instruments:booking", args=[asked.pk])
        assert client.get("/desk/").context["lacking"] == {asked.pk}
        assert client.get(page).text.count('<p class="care-line">') == 1
        refused = client.post(f"/bookings/{asked.pk}/approve/", {"version": asked.version})
        assert refused.status_code == 422
        perform(member, attach_files, asked, [PDF])
        assert client.get("/desk/").context["lacking"] == frozenset()
        assert client.get(page).text.count('<p class="care-line">') == 0

    def test_what_was_attached_stays_where_no_more_are_asked_for(self, files, asked, member, client):
        """The list without a form."""
        perform(member, attach_files, asked, [PDF])
        files("no")
        client.force_login(member)
        text = client.get(reverse("instruments:booking", args=[asked.pk])).text
        assert ("测试方案.pdf" in text, 'name="attached"' in text) == (True, False)

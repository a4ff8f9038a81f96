"""Views room: the files of a booking, on its page and by themselves, and each of them for its two sides."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from changes import perform
from instruments.booking.enums import WAITING_STATES
from instruments.booking.errors import RulesBroken
from instruments.booking.forms.booking import BookingForm
from instruments.booking.models import Booking
from instruments.inventory.models import Instrument
from instruments.letters.actions.attachments import SentFile, attach_files
from instruments.letters.enums import FileKind
from instruments.letters.forms.attachments import AttachmentForm
from instruments.letters.guarded import side_of
from instruments.letters.models import BookingAttachment
from instruments.letters.queries.attachments import attachments_of, file_of
from instruments.letters.rules.attachments import MOST, takes_files
from instruments.terms.enums import Attachments
from instruments.terms.queries.policy import policy_of
from members.models import Person
from members.permissions import Actor, can


@dataclass(frozen=True)
class Folder:
    """The files of a booking as one of its sides sees them; `form` is None where no more can be attached."""

    files: list[BookingAttachment]
    form: AttachmentForm | None
    is_missing: bool
    """Whether the request waits for a file before it can be approved."""


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def attachments(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show the files of a booking to its two sides, and take more until the visit."""
    shown = side_of(request.user, pk, "attach_files")
    if request.method != "POST":
        return _page(request, shown, AttachmentForm(auto_id="attach_%s"))
    form = AttachmentForm(request.POST, request.FILES, auto_id="attach_%s")
    if not form.is_valid():
        return _page(request, shown, form, status=422)
    try:
        perform(request.user, attach_files, shown, form.cleaned_data["attached"])
    except RulesBroken as broken:
        for one in broken.problems:
            form.add_error("attached", str(one.message))
        return _page(request, shown, form, status=422)
    messages.success(request, _("Attached. The other side has been told."))
    return redirect(f"{reverse('instruments:booking', args=[pk])}#attachments")


@require_safe
@never_cache
@login_required
def attachment(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """Give a file of a booking to one of its sides, to be saved."""
    file = file_of(side_of(request.user, pk, "read_attachments"), number)
    if file is None:
        raise Http404
    return HttpResponse(
        bytes(file.content),
        content_type=FileKind(file.kind).content_type,
        headers={
            "Content-Disposition": content_disposition_header(as_attachment=True, filename=file.name) or "",
            "X-Content-Type-Options": "nosniff",
        },
    )


def _page(request: HttpRequest, shown: Booking, form: AttachmentForm, status: int = 200) -> HttpResponse:
    context = {
        "booking": shown,
        "instrument": shown.instrument,
        "folder": _seen(shown, form),
        "crumbs": [
            (_("Booking"), reverse("instruments:booking", args=[shown.pk])),
            (_("Files"), ""),
        ],
    }
    return render(request, "instruments/letters/attachments.html", context, status=status)


def _seen(shown: Booking, form: AttachmentForm) -> Folder:
    allowed = policy_of(shown.instrument).attachments
    files = attachments_of(shown)
    takes = not takes_files(allowed, shown.state, shown.start, timezone.now())
    waits = allowed == Attachments.MUST and shown.state in WAITING_STATES
    # What was refused is shown with its reason, even where no more can be attached meanwhile.
    return Folder(
        files, form if form.is_bound or (takes and len(files) < MOST) else None, waits and not files
    )


def folder_of(booking: Booking, reader: Actor) -> Folder | None:
    """Return the files of a booking for one of its sides; None for anybody else and where there is nothing to say.

    One query where files are asked for or may be there.
    """
    if not can(reader, "read_attachments", booking):
        return None
    folder = _seen(booking, AttachmentForm(auto_id="attach_%s"))
    return folder if folder.files or folder.form else None


def form_at_booking(instrument: Instrument, reader: Actor) -> AttachmentForm | None:
    """Return the field for files of the booking form, None where none are asked for or nobody is signed in."""
    if not isinstance(reader, Person) or policy_of(instrument).attachments == Attachments.NO:
        return None
    return AttachmentForm(auto_id="book_%s", required=False)


def files_with(request: HttpRequest, instrument: Instrument, form: BookingForm) -> list[SentFile]:
    """Return the files that came with a booking form; what is wrong with them is an error of that form.

    A series is seen before it is asked for, so its files are attached afterwards.
    """
    if form_at_booking(instrument, request.user) is None or not request.FILES:
        return []
    sent = AttachmentForm(request.POST, request.FILES, required=False)
    if not sent.is_valid():
        for sentence in sent.errors["attached"]:
            form.add_error(None, sentence)
    elif form.is_valid() and form.rule:
        form.add_error(None, _("Attach the files of a series on the page of one of its bookings."))
    files: list[SentFile] = sent.cleaned_data.get("attached", [])
    return files


FUNCTIONS = {"folder_of": folder_of, "files_at_booking": form_at_booking}

"""Forms room: files as they are sent along to a booking, judged by their content."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from folding.pictures import UNREADABLE, drawn_anew
from instruments.letters.actions.attachments import SentFile
from instruments.letters.enums import FileKind
from instruments.letters.models import LONGEST_NAME
from instruments.letters.rules.attachments import MOST, MOST_BYTES, is_pdf

LONGEST_SIDE = 2400
"""Points of a picture: a page of text that was photographed can still be read."""


class FilesInput(forms.FileInput):
    """An input for several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; cleaned they are a list of `SentFile`, each a PDF or a picture drawn anew."""

    widget = FilesInput(
        attrs={"class": "form-control", "accept": "application/pdf,image/jpeg,image/png,image/webp"}
    )
    default_error_messages = {
        "many": _("Send at most 5 files."),
        "large": _("%(name)s is larger than 10 MB."),
        "strange": _("%(name)s is neither a PDF nor a picture that can be read (JPEG, PNG or WebP)."),
    }

    def clean(self, data: Any, initial: Any = None) -> list[SentFile]:
        """Return the files as they are kept. Raises ValidationError with a sentence for each that is none."""
        sent: list[UploadedFile[Any]] = [one for one in data or [] if one]
        if not sent and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(sent) > MOST:
            raise forms.ValidationError(self.error_messages["many"], code="many")
        kept, wrong = [], []
        for file in sent:
            super().clean(file, initial)
            try:
                kept.append(self._read(file))
            except forms.ValidationError as error:
                wrong.append(error)
        if wrong:
            raise forms.ValidationError(wrong)
        return kept

    def _read(self, file: UploadedFile[Any]) -> SentFile:
        name = _printable(file.name or "")
        if file.size is None or file.size > MOST_BYTES:
            raise forms.ValidationError(self.error_messages["large"], code="large", params={"name": name})
        content = file.read()
        if is_pdf(content):
            return SentFile(_called(name, ".pdf"), FileKind.PDF, content)
        file.seek(0)
        try:
            return SentFile(_called(name, ".jpg"), FileKind.JPEG, drawn_anew(file, LONGEST_SIDE))
        except UNREADABLE as error:
            wrong = self.error_messages["strange"]
            raise forms.ValidationError(wrong, code="strange", params={"name": name}) from error


def _printable(name: str) -> str:
    return "".join(sign for sign in name if sign.isprintable()).strip() or "file"


def _called(name: str, suffix: str) -> str:
    """Give a file the ending of what it is; a long name loses its end, not its ending."""
    return PurePath(name).stem[: LONGEST_NAME - len(suffix)] + suffix


class AttachmentForm(forms.Form):
    """Files to be kept with a booking."""

    attached = FilesField(
        label=_("Files"),
        help_text=_("PDF or pictures, at most 5 of 10 MB each. Whoever keeps the instrument reads them."),
    )

    def __init__(self, *args: Any, required: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["attached"].required = required

"""Forms room: a photo as it is sent, and as it is kept."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from folding.pictures import UNREADABLE, drawn_anew

MOST_BYTES = 5 * 1024 * 1024
LONGEST_SIDE = 1600


class PhotoField(forms.FileField):
    """A photo; cleaned it is a JPEG of bearable size, or None where none was sent.

    It is drawn anew: what else the file held, the place where it was taken among it, is gone.
    """

    widget = forms.FileInput(attrs={"class": "form-control", "accept": "image/jpeg,image/png,image/webp"})
    default_error_messages = {
        "large": _("The photo is larger than 5 MB."),
        "no_photo": _("This is no photo that can be read. Send a JPEG, PNG or WebP file."),
    }

    def clean(self, data: Any, initial: Any = None) -> bytes | None:
        """Return the photo as it is kept. Raises ValidationError for anything else than a photo."""
        file: UploadedFile[Any] | None = super().clean(data, initial)
        if file is None:
            return None
        if file.size is None or file.size > MOST_BYTES:
            raise forms.ValidationError(self.error_messages["large"], code="large")
        try:
            return drawn_anew(file, LONGEST_SIDE)
        except UNREADABLE as error:
            raise forms.ValidationError(self.error_messages["no_photo"], code="no_photo") from error

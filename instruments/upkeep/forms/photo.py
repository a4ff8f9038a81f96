"""Forms room: a photo as it is sent, and as it is kept."""

from __future__ import annotations

import io
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

MOST_BYTES = 5 * 1024 * 1024
MOST_PIXELS = 60_000_000
LONGEST_SIDE, QUALITY = 1600, 82
FORMATS = ("JPEG", "PNG", "WEBP")


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
            return _drawn_anew(file)
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Warning) as error:
            raise forms.ValidationError(self.error_messages["no_photo"], code="no_photo") from error


def _drawn_anew(file: UploadedFile[Any]) -> bytes:
    with Image.open(file, formats=FORMATS) as sent:
        if sent.width * sent.height > MOST_PIXELS:
            raise ValueError("Nobody's camera takes so many points.")
        # A JPEG is read at the size that is needed, not at its own.
        sent.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(sent).convert("RGB")
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    kept = io.BytesIO()
    # A picture of its own carries nothing over from the file.
    picture = Image.new("RGB", upright.size)
    picture.paste(upright)
    picture.save(kept, "JPEG", quality=QUALITY)
    return kept.getvalue()

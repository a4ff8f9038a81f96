"""Forms room: a web address, read as https where no scheme is given."""

from __future__ import annotations

from typing import Any

from django import forms


class WebAddressField(forms.URLField):
    """For model forms: `field_classes = {"website": WebAddressField}`."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("assume_scheme", "https")
        super().__init__(**options)

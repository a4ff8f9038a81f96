"""Forms room: a message on a booking."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from instruments.letters.rules.messages import MOST_WORDS
from instruments.replies.forms import AnsweringForm


class MessageForm(AnsweringForm):
    """The words."""

    answered = "words"

    words = forms.CharField(
        label=_("Your message"),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
    )

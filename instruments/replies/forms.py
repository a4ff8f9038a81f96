"""Forms room: a reply template, and choosing one where a reason or a message is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from instruments.replies.actions import ReplyData
from instruments.replies.models import ReplyTemplate
from instruments.replies.rules.replies import LONGEST_NAME, LONGEST_WORDS, Reply


class ReplyForm(forms.Form):
    """The name and the words."""

    name = forms.CharField(
        label=_("What it is called"),
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )
    words_zh = forms.CharField(
        label=_("Words in Chinese"),
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 2}),
        help_text=_("{instrument}, {start} and {person} are filled in."),
    )
    words_en = forms.CharField(
        label=_("Words in English"),
        max_length=LONGEST_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 2}),
        help_text=_("For people who read English; empty: they get the Chinese."),
    )

    @classmethod
    def of(cls, reply: ReplyTemplate) -> ReplyForm:
        """Return the form of a template as it is stored."""
        said = {"name": reply.name, "words_zh": reply.words_zh, "words_en": reply.words_en}
        return cls(initial=said, auto_id=f"reply{reply.pk}_%s")

    @property
    def reply(self) -> ReplyData:
        """What a valid form says."""
        return ReplyData(**self.cleaned_data)


class ReplySelect(forms.Select):
    """Each choice carries its words, which a script puts into the field named by `data-fills`."""

    def __init__(self, replies: Sequence[Reply], fills: str) -> None:
        self.words = {reply.key: reply.words for reply in replies}
        super().__init__(attrs={"class": "form-select", "data-fills": fills})

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the words to the choice."""
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        if words := self.words.get(str(value)):
            option["attrs"]["data-words"] = words
        return option


class AnsweringForm(forms.Form):
    """A form with words that may come from a template: one that is chosen is used where the words are left empty."""

    answered = "reason"
    """The field of the words."""

    def __init__(
        self, *args: Any, replies: Sequence[Reply] = (), needed: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.replies, self.needed = {reply.key: reply for reply in replies}, needed
        self.fields[self.answered].required = needed and not replies
        if not replies:
            return
        self.fields["template"] = forms.ChoiceField(
            label=_("Reply template"),
            required=False,
            choices=[
                ("", pgettext_lazy("reply template", "None")),
                *((reply.key, reply.name) for reply in replies),
            ],
            widget=ReplySelect(replies, self.answered),
            help_text=_("Used where you write nothing yourself."),
        )
        self.order_fields(["template"])

    def clean(self) -> dict[str, Any]:
        """Take the words of the chosen template where none were written; some are needed."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if self.answered in self.errors or data.get(self.answered):
            return data
        if chosen := self.replies.get(data.get("template", "")):
            data[self.answered] = chosen.words
        elif self.needed:
            self.add_error(self.answered, self.fields[self.answered].error_messages["required"])
        return data

"""The form of a scheme: names, note and its definition as JSON, with every problem and its place."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from evaluations.schemes.actions import SchemeData, checked
from evaluations.schemes.errors import InvalidScheme
from evaluations.schemes.models import Scheme
from evaluations.scoring.problems import SENTENCES


def problem_sentence(code: str, inputs: Mapping[str, str]) -> str:
    """One problem in the reader's language, its numbers filled in."""
    return gettext(SENTENCES[code]) % inputs


class PrettyJSON(json.JSONEncoder):
    """Indents, so that a person can edit what is stored."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "indent": 2, "ensure_ascii": False, "sort_keys": False})


class SchemeForm(forms.ModelForm[Scheme]):
    """A scheme as data; the definition is read as the arithmetic reads it."""

    definition = forms.JSONField(
        label=_("definition"),
        encoder=PrettyJSON,
        widget=forms.Textarea(attrs={"rows": 32, "spellcheck": "false", "class": "scheme-json"}),
        help_text=_("Decimals stand in quotes. Every problem is named with its place, all at once."),
    )

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    refused: Exception | None = None
    """What the action refused the first time this was sent."""

    class Meta:
        model = Scheme
        fields = ["code", "name_zh", "name_en", "note", "definition"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["seen"] = self.instance.edit

    def clean(self) -> dict[str, Any]:
        """Say what the action refused; what was typed stays."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.refused is not None:
            self.add_error(None, str(self.refused))
        return cleaned

    def clean_definition(self) -> Any:
        """Read the definition. Raises ValidationError with one message per problem."""
        definition = self.cleaned_data["definition"]
        try:
            checked(definition)
        except InvalidScheme as refused:
            raise ValidationError(
                [
                    f"{path}: {problem_sentence(code, inputs)}" if path else problem_sentence(code, inputs)
                    for path, code, inputs in refused.problems
                ]
            ) from refused
        return definition

    def clean_code(self) -> str:
        """A new scheme has a code of its own; a change goes through a new version."""
        code = str(self.cleaned_data["code"])
        if self.instance.pk is None and Scheme.objects.filter(code=code).exists():
            raise ValidationError(_("A scheme of this code exists. Make a new version of it instead."))
        return code

    def _post_clean(self) -> None:
        """Nothing is written to the instance here: the action fills the row it has locked."""

    def save(self, commit: bool = True) -> Scheme:
        """Give the instance back untouched; the admin calls the action."""
        return self.instance

    def save_m2m(self) -> None:
        """A scheme has no many-to-many fields."""

    def scheme_data(self) -> SchemeData:
        """What the action takes. Needs a valid form."""
        values = self.cleaned_data
        return SchemeData(
            code=values.get("code") or self.instance.code,
            name_zh=values["name_zh"],
            name_en=values["name_en"],
            note=values["note"],
            definition=values["definition"],
        )

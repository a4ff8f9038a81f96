"""The form of a scheme: names, note and its definition as JSON, with every problem and its place."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from changes import perform
from evaluations.schemes.actions import SchemeData, change_scheme, checked, create_scheme
from evaluations.schemes.errors import InvalidScheme
from evaluations.schemes.models import Scheme
from evaluations.scoring.problems import SENTENCES
from members.admin.acting import ActionForm


def problem_sentence(code: str, inputs: Mapping[str, str]) -> str:
    """One problem in the reader's language, its numbers filled in."""
    return gettext(SENTENCES[code]) % inputs


class PrettyJSON(json.JSONEncoder):
    """Indents, so that a person can edit what is stored."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "indent": 2, "ensure_ascii": False, "sort_keys": False})


class SchemeForm(ActionForm):
    """A scheme as data; the definition is read as the arithmetic reads it."""

    too_long_to_compare = frozenset({"definition"})

    definition = forms.JSONField(
        label=_("definition"),
        encoder=PrettyJSON,
        widget=forms.Textarea(attrs={"rows": 32, "spellcheck": "false", "class": "scheme-json"}),
        help_text=_("Decimals stand in quotes. Every problem is named with its place, all at once."),
    )

    class Meta:
        model = Scheme
        fields = ["code", "name_zh", "name_en", "note", "definition"]

    def version_of(self, row: Scheme) -> int:
        """Return how often the scheme was edited; its version is a number of its own."""
        return row.edit

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

    def act(self) -> Scheme:
        """Create or change the scheme."""
        if self.instance.pk is None:
            return perform(self.actor, create_scheme, self.scheme_data())
        return perform(self.actor, change_scheme, self.instance, self.scheme_data(), seen=self.seen)

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

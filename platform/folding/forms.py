"""How every form reads what was typed: one bound field, given to all forms by the form renderer of the project."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import jinja2
from django import forms
from django.conf import settings
from django.forms.boundfield import BoundField
from django.forms.renderers import DjangoTemplates, Jinja2
from django.forms.utils import flatatt
from django.template import TemplateDoesNotExist
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from folding.characters import code, line, paragraph
from folding.numbers import figure, whole
from folding.times import clock, day, moment

Fold = Callable[[str], str]

_NO_TIME = "?"
_EXACT = (
    forms.FileField, forms.BooleanField, forms.NullBooleanField, forms.ChoiceField, forms.ModelChoiceField
)  # fmt: skip
_BY_FIELD: tuple[tuple[type[forms.Field], Fold], ...] = (
    (forms.DateTimeField, lambda text: moment(text).isoformat(sep=" ")),
    (forms.DateField, lambda text: day(text).isoformat()),
    (forms.TimeField, clock),
    (forms.DurationField, code),
    (forms.DecimalField, figure),
    (forms.FloatField, figure),
    (forms.IntegerField, whole),
    (forms.EmailField, code),
    (forms.URLField, code),
    (forms.UUIDField, code),
    (forms.SlugField, code),
    (forms.GenericIPAddressField, code),
    (forms.JSONField, paragraph),
)


class CodeField(forms.CharField):
    """A code: one that differs only by what nobody can see is the same."""

    folding: Fold = staticmethod(code)


def fold_of(field: forms.Field, name: str = "") -> Fold | None:
    """Return how a field's text is folded, None for what is taken exactly: choices, files, passwords.

    A field class may say so itself by `folding`. A text called `code`, `…_code` or `…_id` is a code.
    """
    own: Fold | None = getattr(field, "folding", None)
    if own is not None:
        return own
    if isinstance(field, _EXACT) or isinstance(field.widget, forms.PasswordInput):
        return None
    for kind, fold in _BY_FIELD:
        if isinstance(field, kind):
            return fold
    if not isinstance(field, forms.CharField):
        return None
    if name == "code" or name.endswith(("_code", "_id")):
        return code
    return paragraph if isinstance(field.widget, forms.Textarea) else line


def folded(field: forms.Field, value: Any, name: str = "") -> Any:
    """Return a field's raw value as it counts. Raises ValidationError for what cannot be read, in the field's words."""
    if isinstance(field, forms.SplitDateTimeField) and isinstance(value, list):
        return _split(value)
    if isinstance(field, forms.MultiValueField) and isinstance(value, list):
        return [folded(part, text, name) for part, text in zip(field.fields, value, strict=False)]
    fold = fold_of(field, name)
    if fold is None or not isinstance(value, str) or not value.strip():
        return value
    try:
        return fold(value)
    except ValueError as error:
        message = field.error_messages.get("invalid", _("Write the digits as 0 to 9."))
        raise forms.ValidationError(message, code="invalid", params={"value": value}) from error


def _split(value: list[Any]) -> list[Any]:
    """Fold a day and a time that stand in two boxes; 24:00 there is the next day's midnight.

    What cannot be read becomes what neither box takes, so that the field says which of them is wrong.
    """
    texts = [text or "" for text in value]
    try:
        both = moment(" ".join(texts)) if all(texts) else None
        if both is not None:
            return [both.date().isoformat(), both.time().isoformat()]
        return [day(texts[0]).isoformat() if texts[0] else "", clock(texts[1]) if texts[1] else ""]
    except ValueError:
        return [_read(day, texts[0]), _read(clock, texts[1])]


def _read(reader: Callable[[str], object], text: str) -> str:
    try:
        return str(reader(text)) if text else ""
    except ValueError:
        return _NO_TIME


class FoldedBoundField(BoundField):
    """A field of a form that reads its text folded; what was typed is shown again as it was typed."""

    @property
    def data(self) -> Any:
        """What was sent, folded. Raises ValidationError where the form is cleaned and it cannot be read."""
        return folded(self.field, super().data, self.name)

    def value(self) -> Any:
        """What the box shows: the text as it was sent, or the initial value."""
        shown = self.initial
        if self.form.is_bound:
            shown = self.field.bound_data(super().data, shown)
        return self.field.prepare_value(shown)

    def _has_changed(self) -> bool:
        initial = self.initial
        if self.field.show_hidden_initial:
            initial = self.form._widget_data_value(self.field.hidden_widget(), self.html_initial_name)  # type: ignore[attr-defined]
        try:
            initial = folded(self.field, initial, self.name)
            if self.field.show_hidden_initial:
                initial = self.field.to_python(initial)
            return self.field.has_changed(initial, self.data)
        except forms.ValidationError:
            # What cannot be read has not been there before.
            return True


def widget_environment(**options: Any) -> jinja2.Environment:
    """Return the environment of widgets, which can write attributes: bare where true, left out where false."""
    widgets = jinja2.Environment(**options)  # noqa: S701  # autoescape comes with the options
    widgets.filters["flatatt"] = flatatt
    return widgets


class FoldingRenderer(Jinja2):
    """The project's form renderer; the admin's own widgets have templates of Django's only."""

    bound_field_class = FoldedBoundField

    @cached_property
    def engine(self) -> Any:
        """Widgets are drawn by the templates of the pages' frame where it has them, else by Django's."""
        folders = [*settings.TEMPLATES[0]["DIRS"], Path(forms.__file__).parent / "jinja2"]
        options = {"environment": "folding.forms.widget_environment"}
        return self.backend({"APP_DIRS": True, "DIRS": folders, "NAME": "forms", "OPTIONS": options})

    @cached_property
    def _of_the_admin(self) -> DjangoTemplates:
        return DjangoTemplates()

    def get_template(self, template_name: str) -> Any:
        """Return the template of a widget. Raises TemplateDoesNotExist where neither language has it."""
        try:
            return super().get_template(template_name)
        except TemplateDoesNotExist:
            return self._of_the_admin.get_template(template_name)

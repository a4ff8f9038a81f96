"""Admin room: admin pages that save through actions and ask the same rights as every other page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest

from changes import StaleVersion, perform
from changes.dependants import Choices
from changes.errors import FieldsRefused, NotAllowed, Refusal, Unresolved
from display.hits import Hit, asked, choices_in
from display.refusals import show_refusal
from display.versions import VERSION, show_meanwhile
from members.permissions import Actor, can
from safeguards.read_only_admin import ReadOnlyAdmin

_TOO_LARGE = 2**63


class ActionForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a page of the admin sends. It judges and writes nothing; once it is valid, the page calls its action.

    What the action refuses is shown when the page is drawn again, with everything typed (`refused`). What rests on
    what the action takes away is asked about one by one (`hits`); the answers go to the action as `choices`.
    """

    actor: ClassVar[Actor]
    refused: ClassVar[Exception | None] = None
    """What the action refused the first time this was sent."""
    other_names: ClassVar[dict[str, str]] = {}
    too_long_to_compare: ClassVar[frozenset[str]] = frozenset()
    """Fields whose stored value is not repeated beside them where the page is stale."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        row: models.Model | None = options.get("instance")
        version = None if row is None or row.pk is None else self.version_of(row)
        super().__init__(
            *args, **{**options, "initial": {VERSION: version, **(options.get("initial") or {})}}
        )
        self.hits: list[Hit] = []

    def version_of(self, row: Any) -> int | None:
        """Return the version that the page shows of a row; None where it counts none."""
        version: int | None = getattr(row, VERSION, None)
        return version

    @property
    def seen(self) -> int | None:
        """The version of the row that the person saw; None where there was none."""
        version: int | None = self.cleaned_data.get(VERSION)
        return version

    @property
    def choices(self) -> Choices:
        """What was chosen for each thing that rests on this row, for the action."""
        return choices_in(self.data)

    def act(self) -> models.Model:
        """Call the action and return its row. Raises its refusals."""
        raise NotImplementedError

    def faults(self) -> Mapping[str, Sequence[str]]:
        """Return what the rules say of the fields that passed, where others did not; writes nothing."""
        return {}

    def _post_clean(self) -> None:
        """Show what was refused; nothing is written to the instance, for the action fills the row it has locked."""
        refused = self.refused
        if isinstance(refused, StaleVersion):
            show_meanwhile(self, refused, without=self.too_long_to_compare)
        elif isinstance(refused, FieldsRefused):
            self.hits = asked(refused.hits, self.data) if isinstance(refused, Unresolved) else []
            show_refusal(self, refused, self.other_names)
        elif isinstance(refused, ValidationError) and hasattr(refused, "error_dict"):
            show_refusal(self, FieldsRefused(refused.message_dict), self.other_names)
        elif refused is not None:
            self.add_error(None, refused if isinstance(refused, ValidationError) else str(refused))
        elif self.errors:
            for name, messages in self.faults().items():
                if name in self.fields and name not in self.errors:
                    self.add_error(name, list(messages))


class SearchedSelect(AutocompleteSelect):
    """A list that is searched; what can be no key selects nothing, in a form as in an address, instead of failing."""

    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> Any:
        """Look up what is selected."""
        return super().optgroups(name, [one for one in value if self._is_key(one)], attr)

    def _is_key(self, value: str) -> bool:
        try:
            key = self.field.target_field.to_python(value)
        except ValidationError:
            return False
        return not isinstance(key, int) or abs(key) < _TOO_LARGE


class ActingAdmin(ReadOnlyAdmin):
    """Nothing is deleted here, nothing is saved but by the form's action; a verb left None is for nobody."""

    view_verb: str = "view_members"
    add_verb: str | None = None
    change_verb: str | None = None
    list_fullwidth = True
    compressed_fields = True
    change_form_after_template = "admin/hits.html"

    def get_form(
        self, request: HttpRequest, obj: models.Model | None = None, change: bool = False, **options: Any
    ) -> type[forms.ModelForm]:  # type: ignore[type-arg]
        """Tell the form who acts, and what the action refused if it did."""
        form: type[forms.ModelForm] = super().get_form(request, obj, change, **options)  # type: ignore[type-arg]
        if issubclass(form, ActionForm):
            form.actor, form.refused = request.user, getattr(request, "refused", None)
        return form

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """Let a list that is searched draw whatever it was sent."""
        if "widget" not in options and db_field.name in self.get_autocomplete_fields(request):
            options["widget"] = SearchedSelect(db_field, self.admin_site, using=options.get("using"))
        return super().formfield_for_foreignkey(db_field, request, **options)

    def groups(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Return the groups of fields that the page shows."""
        return list(super().get_fieldsets(request, obj))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Carry the hidden version of what is shown, where the row has one and may be changed."""
        groups = self.groups(request, obj)
        if (
            obj is None
            or VERSION not in self.form.base_fields
            or not self.has_change_permission(request, obj)
        ):
            return groups
        if any(VERSION in options["fields"] for _title, options in groups):
            return groups
        (title, options), *rest = groups
        return [(title, {**options, "fields": [*options["fields"], VERSION]}), *rest]

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Show, or save as one change; what is refused stands on the page again, with everything typed."""
        show = super().changeform_view
        if request.method != "POST":
            return show(request, *args, **kwargs)
        try:
            return perform(request.user, lambda _work: show(request, *args, **kwargs))
        except NotAllowed:
            raise
        except (Refusal, ValidationError) as refused:
            request.refused = refused  # type: ignore[attr-defined]
            return show(request, *args, **kwargs)

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> models.Model:
        """Call the form's action; it is a part of the change that the whole request is."""
        row: models.Model = form.act()
        return row

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        """Do nothing: the form's action has written the row."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Do nothing: the form's action has written the rows beside it."""

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Ask for the verb of looking."""
        return can(request.user, self.view_verb)

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Ask for the verb of adding."""
        return self.add_verb is not None and can(request.user, self.add_verb)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Ask for the verb of changing."""
        return self.change_verb is not None and can(request.user, self.change_verb, obj)

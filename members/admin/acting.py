"""Admin room: admin pages that save through actions and ask the same rights as every other page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from changes import StaleVersion, perform
from changes.dependants import Choices
from changes.errors import NotAllowed, Refusal, Unresolved
from display.hits import Hit, asked, choices_in
from display.versions import IT_SAYS
from members.permissions import Actor, can

VERSION = "version"


def with_version(groups: list[Any], obj: models.Model | None) -> list[Any]:
    """Add the hidden version to the first group of fields, where the row has one."""
    if obj is None or not hasattr(obj, VERSION) or not groups:
        return groups
    (title, options), *rest = groups
    return [(title, {**options, "fields": [*options["fields"], VERSION]}), *rest]


class RefusedInForm(PermissionDenied):
    """The action refused the right; the refusal is on record with the verb and object that were tried."""


class ActionForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form whose check is the action itself, so that what the action refuses stands beside its field.

    The whole request is one change; a form that does not pass has written nothing, for its action joins that change
    and undoes its own part. What rests on what the action takes away is asked about one by one (`hits`); the answers
    go to the action as `choices`.
    """

    actor: ClassVar[Actor]
    refusals: ClassVar[tuple[type[Exception], ...]] = (Refusal,)
    other_names: ClassVar[dict[str, str]] = {}

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        version = getattr(options.get("instance"), VERSION, None)
        super().__init__(
            *args, **{**options, "initial": {VERSION: version, **(options.get("initial") or {})}}
        )
        self.hits: list[Hit] = []

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
        """Call the action and return its row. Raises the refusals of the app."""
        raise NotImplementedError

    def faults(self) -> Mapping[str, Sequence[str]]:
        """Return what the rules say of the fields that passed, where others did not; writes nothing."""
        return {}

    def _post_clean(self) -> None:
        if self.errors:
            for name, messages in self.faults().items():
                if name in self.fields and name not in self.errors:
                    self.add_error(name, list(messages))
            return
        try:
            self.instance = self.act()
        except NotAllowed as error:
            raise RefusedInForm(error) from error
        except StaleVersion as error:
            self._show_meanwhile(error)
        except Unresolved as error:
            self.hits = asked(error.hits, self.data)
            self._show(error)
        except self.refusals as error:
            self._show(error)

    def _show_meanwhile(self, error: StaleVersion) -> None:
        """Say what is stored now beside each field that differs; what was typed stays, and may be sent once more."""
        self.add_error(None, str(error))
        stored = type(self.instance)._default_manager.get(pk=self.instance.pk)
        for name, typed in dict(self.cleaned_data).items():
            if name == VERSION or not hasattr(stored, name):
                continue
            now = getattr(stored, name)
            if (now or "") != (typed or ""):
                shown = getattr(stored, f"get_{name}_display", lambda now=now: now)()
                self.add_error(name, IT_SAYS % {"value": shown or "–"})
        if error.found is not None:
            data: Any = self.data.copy()  # type: ignore[attr-defined]
            data[self.add_prefix(VERSION)] = str(error.found)
            self.data = data

    def _show(self, error: Exception) -> None:
        named: dict[str, list[str]] = getattr(error, "fields", None) or getattr(error, "message_dict", {})
        for name, messages in named.items():
            field = self.other_names.get(name, name)
            for message in messages:
                self.add_error(field if field in self.fields else None, message)
        if not named:
            self.add_error(None, str(error))


class ActingAdmin(ModelAdmin):  # type: ignore[misc]
    """Nothing is deleted here, nothing is saved but by the form's action; a verb left None is for nobody."""

    view_verb: str = "view_members"
    add_verb: str | None = None
    change_verb: str | None = None
    may: ClassVar[Callable[..., bool]] = staticmethod(can)
    actions = None
    list_fullwidth = True
    compressed_fields = True
    change_form_after_template = "admin/hits.html"

    def get_form(
        self, request: HttpRequest, obj: models.Model | None = None, change: bool = False, **options: Any
    ) -> type[forms.ModelForm]:  # type: ignore[type-arg]
        """Tell the form who acts."""
        form: type[forms.ModelForm] = super().get_form(request, obj, change, **options)  # type: ignore[type-arg]
        if issubclass(form, ActionForm):
            form.actor = request.user
        return form

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Carry the version of what is shown."""
        return with_version(list(super().get_fieldsets(request, obj)), obj)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Show, or save as one change."""
        show = super().changeform_view
        if request.method != "POST":
            return show(request, *args, **kwargs)
        return perform(request.user, lambda _work: show(request, *args, **kwargs))

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        """Do nothing: the form's action has written the row."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Do nothing: the form's action has written the rows beside it."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the app to whoever may look at its rows."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Ask for the verb of looking."""
        return self.may(request.user, self.view_verb)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Ask for the verb of adding."""
        return self.add_verb is not None and self.may(request.user, self.add_verb)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Ask for the verb of changing."""
        return self.change_verb is not None and self.may(request.user, self.change_verb, obj)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Refuse: what others refer to is ended or retired, never deleted."""
        return False

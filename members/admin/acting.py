"""Admin room: admin pages that save through actions and ask the same rights as every other page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from changes import note_refusal
from members.errors import MembersError, NotAllowed
from members.permissions import Actor, can


class RefusedInForm(PermissionDenied):
    """The action refused the right. Its record went with the admin's transaction and is written again after it."""


class ActionForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form whose check is the action itself, so that what the action refuses stands beside its field.

    The admin runs the whole request in one transaction; a form that does not pass has written nothing,
    for the action is one transaction of its own.
    """

    actor: ClassVar[Actor]
    refusals: ClassVar[tuple[type[Exception], ...]] = (MembersError,)
    other_names: ClassVar[dict[str, str]] = {}

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
        except self.refusals as error:
            self._show(error)

    def _show(self, error: Exception) -> None:
        named: dict[str, list[str]] = getattr(error, "fields", {})
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

    def get_form(
        self, request: HttpRequest, obj: models.Model | None = None, change: bool = False, **options: Any
    ) -> type[forms.ModelForm]:  # type: ignore[type-arg]
        """Tell the form who acts."""
        form: type[forms.ModelForm] = super().get_form(request, obj, change, **options)  # type: ignore[type-arg]
        if issubclass(form, ActionForm):
            form.actor = request.user
        return form

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Show or save; keep on record what the action refused."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except RefusedInForm:
            verb = self.change_verb if args and args[0] else self.add_verb
            note_refusal(request.user, verb or "change", None, app=self.opts.app_label)
            raise

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

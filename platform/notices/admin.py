"""Announcements: what the department tells everybody on the home page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminDateWidget

from changes import perform
from notices.models import Announcement

LAST_MOMENT = dt.time(23, 59, 59)


class AnnouncementForm(forms.ModelForm):  # type: ignore[type-arg]
    """An announcement whose deadline is a day, that day included."""

    last_day = forms.DateField(label=_("last day (included)"), required=False, widget=UnfoldAdminDateWidget)

    class Meta:
        model = Announcement
        fields = ("kind", "title_zh", "title_en", "body_zh", "body_en", "link", "published_at")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial.setdefault("last_day", self.instance.last_day)

    def clean(self) -> dict[str, Any]:
        """Set the end of the last day as the deadline; refuse one before the publication."""
        data = super().clean() or self.cleaned_data
        day, published = data.get("last_day"), data.get("published_at")
        if "last_day" in data:
            self.instance.deadline = (
                None if day is None else timezone.make_aware(dt.datetime.combine(day, LAST_MOMENT))
            )
        if day is not None and published is not None and day < timezone.localdate(published):
            self.add_error("last_day", _("The last day lies before the publication."))
            self.instance.deadline = None
        return data


@admin.register(Announcement)
class AnnouncementAdmin(ModelAdmin):  # type: ignore[misc]
    """Written, changed and taken back by whoever may enter the admin; every change goes on record."""

    form = AnnouncementForm
    list_display = ("title_zh", "kind", "published_at", "last_day")
    list_filter = ("kind",)
    search_fields = ("title_zh", "title_en", "body_zh", "body_en")
    date_hierarchy = "published_at"
    fields = ("kind", "title_zh", "title_en", "body_zh", "body_en", "link", "published_at", "last_day")

    @admin.display(description=_("last day (included)"), ordering="deadline")
    def last_day(self, obj: Announcement) -> dt.date | None:
        """Show the last day instead of the moment after it."""
        return obj.last_day

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Show, or write and record as one change."""
        return self._as_one_change(request, super().changeform_view, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Ask, or take back and record as one change."""
        return self._as_one_change(request, super().delete_view, *args, **kwargs)

    def _as_one_change(
        self, request: HttpRequest, show: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> Any:
        if request.method != "POST":
            return show(request, *args, **kwargs)
        return perform(request.user, lambda _work: show(request, *args, **kwargs))

    def save_model(self, request: HttpRequest, obj: Announcement, form: Any, change: bool) -> None:
        """Write and record."""
        super().save_model(request, obj, form, change)
        verb = "notices.announcement.changed" if change else "notices.announcement.created"
        after = {"title_zh": obj.title_zh, "changed": form.changed_data}
        perform(request.user, lambda work: work.record(verb, obj, after=after))

    def delete_model(self, request: HttpRequest, obj: Announcement) -> None:
        """Take back and record."""
        # Named now, for a deleted row has no key any more.
        target, before = (
            f"{obj._meta.label_lower}:{obj.pk}",
            {"title_zh": obj.title_zh, "title_en": obj.title_en},
        )
        super().delete_model(request, obj)
        perform(request.user, lambda work: work.record("notices.announcement.deleted", target, before=before))

    def get_actions(self, request: HttpRequest) -> Any:
        """No deletion in bulk: each goes on record by itself."""
        return {name: act for name, act in super().get_actions(request).items() if name != "delete_selected"}

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whoever may enter the admin."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Whoever may enter the admin."""
        return bool(self.admin_site.has_permission(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whoever may enter the admin."""
        return self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Whoever may enter the admin."""
        return self.has_view_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Whoever may enter the admin."""
        return self.has_view_permission(request)

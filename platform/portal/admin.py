"""Announcements in the admin; and what of the log-in library stays out: addresses change by their own action alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDateWidget

from changes import StaleVersion, perform
from display.versions import VERSION, seen_in
from members.admin.acting import ActingAdmin, ActionForm
from notices.models import Announcement
from portal.announcements import AnnouncementData, delete_announcement, write_announcement

admin.site.unregister(EmailAddress)

COLUMNS = tuple(field.name for field in fields(AnnouncementData))


class AnnouncementForm(ActionForm):
    """An announcement whose deadline is a day, that day included."""

    last_day = forms.DateField(label=_("last day (included)"), required=False, widget=UnfoldAdminDateWidget)

    class Meta:
        model = Announcement
        fields = [name for name in COLUMNS if name != "last_day"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial.setdefault("last_day", self.instance.last_day)

    def act(self) -> Announcement:
        """Write or change it."""
        data = AnnouncementData(**{name: self.cleaned_data[name] for name in COLUMNS})
        row = self.instance if self.instance.pk else None
        return perform(self.actor, write_announcement, data, row=row, seen=self.seen)


@admin.register(Announcement)
class AnnouncementAdmin(ActingAdmin):
    """Written, changed and taken back by the department; every change goes on record."""

    form = AnnouncementForm
    view_verb, add_verb, change_verb = "announce", "announce", "announce"
    list_display = ("title_zh", "kind", "published_at", "last_day")
    list_filter = ("kind",)
    search_fields = ("title_zh", "title_en", "body_zh", "body_en")
    date_hierarchy = "published_at"
    fields = COLUMNS

    @admin.display(description=_("last day (included)"), ordering="deadline")
    def last_day(self, obj: Announcement) -> dt.date | None:
        """Show the last day instead of the moment after it."""
        return obj.last_day

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Ask, with the version of what is shown in the address; or take that back, and record it as one change."""
        show: Callable[..., HttpResponse] = super().delete_view
        row = self.get_object(request, object_id)
        if row is None or not self.has_delete_permission(request, row):
            return show(request, object_id, extra_context)
        if VERSION not in request.GET:
            return HttpResponseRedirect(f"{request.path}?{VERSION}={row.version}")
        if request.method != "POST":
            return show(request, object_id, extra_context)
        try:
            return perform(request.user, lambda _work: show(request, object_id, extra_context))
        except StaleVersion as stale:
            messages.error(request, str(stale))
            return HttpResponseRedirect(f"{request.path}?{VERSION}={stale.found}")

    def delete_model(self, request: HttpRequest, obj: Announcement) -> None:
        """Take it back by its action."""
        perform(request.user, delete_announcement, obj, seen=seen_in(request.GET))

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Whoever may write them."""
        return self.has_change_permission(request, obj)

"""Schemes: the tree in words, the definition as data, a new version at one button."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from changes import perform
from evaluations.schemes.actions import new_scheme_version
from evaluations.schemes.forms.schemes import SchemeForm
from evaluations.schemes.models import Scheme
from evaluations.schemes.queries.schemes import definition_of
from evaluations.schemes.wording.schemes import scheme_words
from evaluations.scoring.problems import SchemeProblems
from members.admin.acting import ActingAdmin


@admin.register(Scheme)
class SchemeAdmin(ActingAdmin):
    """Create, change while unlocked, copy into a new version; never delete."""

    form = SchemeForm
    view_verb, add_verb, change_verb = "view_evaluations", "manage_schemes", "manage_schemes"
    list_display = ("name_zh", "code", "version", "object_kind", "locked_at")
    list_filter = ("object_kind",)
    search_fields = ("code", "name_zh", "name_en")
    change_form_template = "admin/evaluations/scheme/change_form.html"
    fields = ("code", "name_zh", "name_en", "note", "in_words", "definition")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Officers change a scheme that no round has used."""
        return super().has_change_permission(request, obj) and (obj is None or obj.locked_at is None)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Who may not change the definition reads it as text."""
        if obj is None or self.has_change_permission(request, obj):
            return self.fields
        return (*self.fields[:-1], "as_data")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The code is the scheme's name in every round; it never changes."""
        return ("in_words", "as_data") if obj is None else ("code", "in_words", "as_data")

    @admin.display(description=_("in words"))
    def in_words(self, scheme: Scheme) -> SafeString | str:
        """The tree, scope, grades and awards as sentences."""
        if scheme.pk is None:
            return gettext("Save the scheme to read it in words.")
        try:
            definition = definition_of(scheme)
        except SchemeProblems as refused:
            return str(refused)
        html = render_to_string(
            "evaluations/schemes/partials/scheme.html",
            {"words": scheme_words(scheme, definition, get_language() or ""), "scheme": scheme},
        )
        return mark_safe(f'<div class="round-page">{html}</div>')  # noqa: S308 - escaped by the template

    @admin.display(description=_("definition"))
    def as_data(self, scheme: Scheme) -> SafeString:
        """The definition as it is stored."""
        written = json.dumps(scheme.definition, ensure_ascii=False, indent=2)
        return format_html('<pre class="scheme-text">{}</pre>', written)

    def get_urls(self) -> list[URLPattern]:
        """The admin's own addresses and the new version."""
        own = path(
            "<int:pk>/version/",
            self.admin_site.admin_view(self.version_view),
            name="evaluations_scheme_version",
        )
        urls: list[URLPattern] = super().get_urls()
        return [own, *urls]

    def version_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Copy a scheme into its next version and open that."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        scheme = get_object_or_404(Scheme, pk=pk)
        newer = perform(request.user, new_scheme_version, scheme)
        messages.success(
            request,
            gettext("Version %(version)s of “%(name)s” is ready to be changed.")
            % {"version": newer.version, "name": newer.name_zh},
        )
        return redirect("admin:evaluations_scheme_change", newer.pk)

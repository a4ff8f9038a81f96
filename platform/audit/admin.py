"""The history, to search and read; nobody changes it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.models import Checkpoint, Entry, Leaf
from audit.vocabulary import in_words, verbs
from safeguards.read_only_admin import ReadOnlyAdmin

Names = dict[tuple[str, str], str]


class VerbFilter(admin.SimpleListFilter):
    """One verb of the vocabulary, in words."""

    title = _("what was done")
    parameter_name = "verb"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer every verb, sorted by its words."""
        return sorted(((verb, str(words)) for verb, words in verbs().items()), key=lambda pair: pair[1])

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Entry]) -> models.QuerySet[Entry]:
        """Narrow to the chosen verb."""
        return queryset.filter(verb=self.value()) if self.value() else queryset


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    """One line an entry, newest first; the search takes numbers, verbs, kinds and keys of objects, and people."""

    list_display = ("sequence", "at", "who", "done", "kind", "object_link")
    list_filter = (VerbFilter,)
    list_select_related = ("actor",)
    search_fields = ("=sequence", "verb", "target_type", "=target_id", "actor__email", "actor__display_name")
    date_hierarchy = "at"
    show_full_result_count = False
    fields = (
        "sequence", "at", "who", "done", "code", "kind", "object_link", "what_was", "what_is", "leaf_index",
        "leaf_hash", "sealed_since",
    )  # fmt: skip
    readonly_fields = fields

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Name the objects of a page with one query for each kind of object."""
        changelist = super().get_changelist_instance(request)
        names = _names_of(changelist.result_list)
        for entry in changelist.result_list:
            entry.target_name = names.get((entry.target_type, entry.target_id), "")
        return changelist

    @admin.display(description=_("actor"), ordering="actor__display_name")
    def who(self, entry: Entry) -> str:
        """Name who acted; the system where nobody did."""
        return str(_("The system")) if entry.actor is None else str(entry.actor)

    @admin.display(description=_("what was done"), ordering="verb")
    def done(self, entry: Entry) -> str:
        """Say the verb in words."""
        return in_words(entry.verb)

    @admin.display(description=_("code of what was done"), ordering="verb")
    def code(self, entry: Entry) -> str:
        """Show the verb itself, for the search."""
        return entry.verb

    @admin.display(description=_("kind of object"), ordering="target_type")
    def kind(self, entry: Entry) -> str:
        """Say the kind of object in words."""
        model = _model_of(entry.target_type)
        return str(model._meta.verbose_name) if model is not None else entry.target_type

    @admin.display(description=_("object"))
    def object_link(self, entry: Entry) -> str:
        """Name the object, with a link where the admin has a page for it."""
        name = getattr(entry, "target_name", None)
        if name is None:
            name = _names_of([entry]).get((entry.target_type, entry.target_id), "")
        if not name:
            return entry.target_id
        try:
            page = reverse(f"admin:{entry.target_type.replace('.', '_')}_change", args=[entry.target_id])
        except NoReverseMatch:
            return str(name)
        return format_html('<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>', page, name)

    @admin.display(description=_("before"))
    def what_was(self, entry: Entry) -> str:
        """Show the facts before."""
        return _readable(entry.before)

    @admin.display(description=_("after"))
    def what_is(self, entry: Entry) -> str:
        """Show the facts after."""
        return _readable(entry.after)

    @admin.display(description=_("number of its leaf in the log"))
    def leaf_index(self, entry: Entry) -> str:
        """Show the entry's place in the log, counted from 0."""
        leaf = _leaf_of(entry)
        return gettext("not yet sealed") if leaf is None else str(leaf.index)

    @admin.display(description=_("hash of its leaf"))
    def leaf_hash(self, entry: Entry) -> str:
        """Show the hash that the log holds for the entry."""
        leaf = _leaf_of(entry)
        return "-" if leaf is None else leaf.hash

    @admin.display(description=_("sealed since checkpoint"))
    def sealed_since(self, entry: Entry) -> str:
        """Show the first checkpoint that covers the entry, as size and root, and its time."""
        leaf = _leaf_of(entry)
        if leaf is None:
            return "-"
        first = Checkpoint.objects.filter(size__gt=leaf.index).order_by("size").first()
        if first is None:
            return "-"
        return f"{date_format(timezone.localtime(first.at), 'DATETIME_FORMAT')} · {first}"


def _leaf_of(entry: Entry) -> Leaf | None:
    return Leaf.objects.filter(entry=entry).first()


def _readable(facts: object) -> str:
    if facts is None:
        return "-"
    return format_html(
        '<pre class="whitespace-pre-wrap">{}</pre>', json.dumps(facts, ensure_ascii=False, indent=2)
    )


def _model_of(target_type: str) -> type[models.Model] | None:
    try:
        return apps.get_model(target_type)
    except (LookupError, ValueError):
        return None


def _names_of(entries: Iterable[Entry]) -> Names:
    """Return the names of what entries are about, with one query for each kind of object."""
    keys: defaultdict[str, set[str]] = defaultdict(set)
    for entry in entries:
        keys[entry.target_type].add(entry.target_id)
    names: Names = {}
    for target_type, wanted in keys.items():
        model = _model_of(target_type)
        if model is None:
            continue
        relations = [field.name for field in model._meta.fields if field.many_to_one]
        known = set()
        for key in wanted:
            try:
                known.add(model._meta.pk.to_python(key))
            except ValidationError:
                continue
        for row in model._default_manager.filter(pk__in=known).select_related(*relations):
            names[target_type, str(row.pk)] = str(row)
    return names

"""Views room: a unit's usage records: the list, one record with its story, entering and correcting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from changes import StaleVersion, perform
from display.templatetags.display import hours, local_datetime, money, named, number
from display.versions import show_meanwhile
from instruments.inventory.guarded import inventory_unit_for
from instruments.inventory.models import Instrument
from instruments.usage.actions.ending import agree_usage, void_usage
from instruments.usage.actions.usage import correct_usage, record_usage
from instruments.usage.enums import UsageSource
from instruments.usage.errors import UsageRefused, UsageUnusual
from instruments.usage.forms.usage import CorrectionForm, NewUseForm, UsageFilterForm, VoidForm
from instruments.usage.guarded import usage_record_for
from instruments.usage.models import UsageRecord
from instruments.usage.queries.usage_list import (
    UsageFilters,
    instruments_of_unit,
    story_of,
    unit_sums,
    unit_usage,
    usage_page,
)
from members.kept_pages import kept_for_person
from members.models import MemberUnit, Person
from members.permissions import Actor, can
from members.queries.organisations import known_names


@dataclass(frozen=True)
class Fact:
    """One line of a record in words, beside what its predecessor said."""

    label: str
    value: str
    before: str = ""

    @property
    def changed(self) -> bool:
        """Whether the two differ."""
        return self.value != self.before


@dataclass(frozen=True)
class Correction:
    """One step of a record's story: the record, the one it replaced (if that may be seen), what they say."""

    record: UsageRecord
    before: UsageRecord | None
    facts: list[Fact]


@require_safe
@login_required
@kept_for_person(lambda **_which: ["instruments", "units", "organisations"])
def usage(request: HttpRequest, unit: str) -> HttpResponse:
    """List a unit's usage records with the totals of all that fit."""
    owner = inventory_unit_for(request.user, unit, "view_usage")
    form = UsageFilterForm(request.GET)
    rows = unit_usage(owner, request.user, form.chosen)
    sums = unit_sums(owner, request.user, form.chosen)
    return render(
        request,
        "instruments/usage/usage_list.html",
        {
            "unit": owner,
            "form": form,
            "narrowed": form.chosen != UsageFilters(),
            "codes": instruments_of_unit(owner).values_list("code", flat=True),
            "sums": sums,
            "page": usage_page(rows, sums, form.page_number),
            "records": can(request.user, "record_usage", owner),
            "sees_inventory": can(request.user, "view_inventory", owner),
            "sees_organisations": can(request.user, "view_organisations", owner),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def usage_add(request: HttpRequest, unit: str) -> HttpResponse:
    """Enter one use; what is refused stands at its field, what was typed stays."""
    assert isinstance(request.user, Person)
    owner = inventory_unit_for(request.user, unit, "record_usage")
    instruments = recordable(request.user, owner)
    if request.method != "POST":
        form = NewUseForm(instruments, initial={"instrument": request.GET.get("instrument", "")})
        return _entry_page(request, owner, instruments, form)
    form = NewUseForm(instruments, request.POST)
    if form.is_valid():
        outcome = perform(
            request.user,
            record_usage,
            [form.entry()],
            unit=owner,
            source=UsageSource.STEWARD,
            new_only=True,
        )[0]
        if outcome.status not in {"refused", "unusual"}:
            messages.success(
                request, _("Record %(number)s is entered.") % {"number": outcome.record_id.strip()}
            )
            return redirect("instruments:usage", owner.code)
        problems: dict[str, list[str]] = {}
        for problem in outcome.errors:
            problems.setdefault(problem.field, []).append(problem.message)
        (form.ask if outcome.status == "unusual" else form.show)(problems)
    return _entry_page(request, owner, instruments, form, status=422)


@require_safe
@login_required
def usage_record(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one record: all it says, who recorded it, what it replaced and what replaced it."""
    shown = usage_record_for(request.user, pk)
    return render(request, "instruments/usage/usage_record.html", _context(request.user, shown))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def usage_correct(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Correct a record; readers who may not, and records already replaced, are shown the record instead."""
    assert isinstance(request.user, Person)
    shown = usage_record_for(request.user, pk)
    allowed = can(request.user, "correct_usage", shown)
    if request.method != "POST":
        if not (allowed and shown.is_current):
            return redirect("instruments:usage_record", shown.pk)
        return _correction_page(request, shown, CorrectionForm(shown, _places(request.user, shown)))
    if not allowed:
        raise Http404
    form = CorrectionForm(shown, _places(request.user, shown), request.POST)
    if form.is_valid():
        try:
            written = perform(
                request.user, correct_usage, shown, reason=form.cleaned_data["reason"], **form.changes()
            )
        except UsageUnusual as refusal:
            form.ask(refusal.fields)
        except UsageRefused as refusal:
            successor = _successor(request.user, shown)
            if successor is not None:
                return _overtaken(request, shown, successor)
            form.show(refusal.fields)
        else:
            messages.success(request, _("The record is corrected; the old one stays readable below."))
            return redirect("instruments:usage_record", written.pk)
    return _correction_page(request, shown, form, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def usage_void(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Void a record with a reason; what is refused is said on its page. A GET leads there."""
    assert isinstance(request.user, Person)
    shown = usage_record_for(request.user, pk)
    if request.method != "POST":
        return redirect("instruments:usage_record", shown.pk)
    if not can(request.user, "void_usage", shown):
        raise Http404
    form = VoidForm(request.POST)
    if form.is_valid():
        try:
            perform(request.user, void_usage, shown, reason=form.cleaned_data["void_reason"])
        except UsageRefused as refusal:
            form.add_error(None, refusal.in_words)
        else:
            messages.success(request, _("The record is voided: it counts no longer, and its time is free."))
            return redirect("instruments:usage_record", shown.pk)
    told = _context(request.user, usage_record_for(request.user, pk)) | {"void_form": form}
    return render(request, "instruments/usage/usage_record.html", told, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def usage_agree(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Confirm a record that nobody wrote by hand. A GET leads to its page."""
    assert isinstance(request.user, Person)
    shown = usage_record_for(request.user, pk)
    if request.method == "POST":
        try:
            perform(request.user, agree_usage, shown)
        except UsageRefused as refusal:
            messages.error(request, refusal.in_words)
        else:
            messages.success(request, _("The hours are confirmed."))
        target = request.POST.get("next", "")
        if url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
            return redirect(target)
    return redirect("instruments:usage_record", shown.pk)


def _successor(person: Actor, shown: UsageRecord) -> UsageRecord | None:
    """Return the record that counts instead of one, where the person may correct it."""
    held = next((row for row in story_of(shown) if row.is_current and row.pk != shown.pk), None)
    return held if held is not None and can(person, "correct_usage", held) else None


def _overtaken(request: HttpRequest, shown: UsageRecord, successor: UsageRecord) -> HttpResponse:
    """Show what somebody else made of a record meanwhile, beside what was typed, which now corrects that."""
    form = CorrectionForm(successor, _places(request.user, successor), request.POST)
    show_meanwhile(form, StaleVersion(), without={"reason"})
    return _correction_page(request, successor, form, before=shown, status=409)


def _places(person: Actor, record: UsageRecord) -> list[Instrument]:
    """Return where a record can be moved: what the person keeps in its unit, and where it stands."""
    found = recordable(person, record.unit)
    return found if record.instrument in found else [record.instrument, *found]


def recordable(person: Actor, unit: MemberUnit) -> list[Instrument]:
    """Return the instruments of a unit for which a person may record usage; one query."""
    return [row for row in instruments_of_unit(unit) if can(person, "record_usage", row)]


def facts_of(record: UsageRecord, before: UsageRecord | None = None) -> list[Fact]:
    """Return what a record says, line by line, beside what another says."""
    now, then = _lines(record), _lines(before) if before else []
    return [Fact(label, value, then[place][1] if then else "") for place, (label, value) in enumerate(now)]


def _context(person: Actor, shown: UsageRecord) -> dict[str, object]:
    story = [row for row in story_of(shown) if can(person, "view_usage", row)]
    seen = {row.pk: row for row in story}
    corrections = []
    for row in reversed(story):
        if row.corrects_id is not None:
            before = seen.get(row.corrects_id)
            corrections.append(Correction(row, before, facts_of(row, before)))
    return {
        "record": seen[shown.pk],
        "unit": shown.unit,
        "facts": facts_of(shown),
        "corrections": corrections,
        "current": next((row for row in story if row.is_current), None),
        "may_correct": shown.is_current and can(person, "correct_usage", shown),
        "void_form": VoidForm(),
        "sees_booking": shown.booking is not None and can(person, "view_booking", shown.booking),
        "sees_list": can(person, "view_usage", shown.unit),
    }


def _lines(record: UsageRecord) -> list[tuple[str, str]]:
    def label(name: str) -> str:
        field = UsageRecord._meta.get_field(name)
        assert isinstance(field, models.Field)
        return str(field.verbose_name)

    return [
        (label("instrument"), f"{record.instrument.code} {named(record.instrument)}"),
        (label("station"), number(record.station)),
        (label("start"), local_datetime(record.start)),
        (label("end"), local_datetime(record.end)),
        (label("startup_hours"), hours(record.startup_hours, 2)),
        (label("measurement_hours"), hours(record.measurement_hours, 2)),
        (label("processing_hours"), hours(record.processing_hours, 2)),
        (label("effective_hours"), hours(record.effective_hours, 2)),
        (label("user_kind"), record.get_user_kind_display()),
        (label("purpose"), record.get_purpose_display()),
        (label("samples"), number(record.samples)),
        (label("income"), money(record.income)),
        (label("user_name"), record.user_name or "—"),
        (label("user_unit"), record.user_unit or "—"),
        (label("served"), "—" if record.served is None else named(record.served.counted)),
    ]


def _entry_page(
    request: HttpRequest,
    owner: MemberUnit,
    instruments: Sequence[Instrument],
    form: NewUseForm,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {
        "unit": owner,
        "form": form,
        "instruments": instruments,
        "organisations": known_names(owner) if instruments else [],
    }
    return render(request, "instruments/usage/usage_add.html", context, status=status)


def _correction_page(
    request: HttpRequest,
    shown: UsageRecord,
    form: CorrectionForm,
    *,
    before: UsageRecord | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "record": shown,
        "unit": shown.unit,
        "form": form,
        "facts": facts_of(shown, before),
        "before": before,
        "organisations": known_names(shown.unit),
    }
    return render(request, "instruments/usage/usage_correct.html", context, status=status)

"""Views room: waiting for time on any instrument of a kind, as the finder knows kinds."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from changes import perform
from instruments.catalogue.forms.catalogue import FOUR_CITIES
from instruments.catalogue.forms.finding import FindForm
from instruments.catalogue.queries.finding import instruments_of
from instruments.catalogue.rules.questions import techniques
from instruments.inventory.queries.labels import labels
from instruments.terms.errors import BrokenRule
from instruments.waiting.actions.wishes import Kind, wait_for_kind
from instruments.waiting.forms.wishes import WaitForm
from instruments.waiting.views.joining import joined
from members.models import Person
from notices.wording import LANGUAGES


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def wait_for_any(request: HttpRequest) -> HttpResponse:
    """Wait for time on any instrument that the finder's address names; without a kind it leads there."""
    assert isinstance(request.user, Person)
    asked = FindForm(request.GET)
    kind = _kind(asked)
    if kind is None:
        return redirect("instruments:find")
    if request.method != "POST":
        first, last = asked.days
        said = {"first": first, "last": last, "any_hour": bool(asked.said("hours"))}
        form = WaitForm(initial=WaitForm.usual(minutes=asked.said("minutes"), **said))
        return _page(request, kind, form)
    form = WaitForm(request.POST)
    if not form.is_valid():
        return _page(request, kind, form, status=422)
    filters = replace(asked.filters, days=(), minutes=form.cleaned_data["minutes"])
    places = instruments_of(filters, request.user, timezone.now(), asked.chosen_technique)
    return joined(
        request,
        form,
        lambda: perform(request.user, wait_for_kind, kind, places, form.wanted()),
        lambda problems, status: _page(request, kind, form, problems=problems, status=status),
        f"{reverse('instruments:find')}?{request.GET.urlencode()}",
    )


def wait_address(form: FindForm, technique: str) -> str:
    """Return where one waits for what the finder was asked for; empty where it was asked for no kind."""
    said = {name: value for name, value in form.data.items() if name in form.fields and value}
    if technique:
        said["technique"] = technique
    if not (said.get("technique") or said.get("q")):
        return ""
    return f"{reverse('instruments:wait_for_any')}?{urlencode(said)}"


def _kind(asked: FindForm) -> Kind | None:
    """Return what the finder's address names: a technique or words, perhaps in a region or the four cities."""
    technique, words, area = asked.chosen_technique, asked.said("q") or "", asked.said("area") or ""
    if technique is None and not words:
        return None
    names = {}
    for code, language in LANGUAGES.items():
        with translation.override(language):
            what = words if technique is None else techniques(language)[technique.code].name
            names[code] = " · ".join(filter(None, [what, _area(area)]))[:150]
    code = f"words:{words}" if technique is None else f"technique:{technique.code}"
    return Kind(code[:60], area, names["zh"], names["en"])


def _area(area: str) -> str:
    if area == FOUR_CITIES:
        return _("Hohhot, Baotou, Ordos, Ulanqab")
    label = labels().regions.get(area)
    return "" if label is None else label.name


def _page(
    request: HttpRequest,
    kind: Kind,
    form: WaitForm,
    *,
    problems: list[BrokenRule] | None = None,
    status: int = 200,
) -> HttpResponse:
    find = f"{reverse('instruments:find')}?{request.GET.urlencode()}"
    context = {
        "kind": kind,
        "form": form,
        "problems": problems or [],
        "back": find,
        "crumbs": [(_("Find free time"), find), (_("Wait for free time"), "")],
    }
    return render(request, "instruments/waiting/join.html", context, status=status)

"""Rounds: the page of steps, one button each, every step a confirmed POST that calls one action."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, gettext_lazy, pgettext_lazy

from changes import perform
from changes.errors import NotAllowed, Refusal
from display.formats import money
from display.refusals import show_refusal
from display.templatetags.display import state_badge
from display.versions import seen_in
from evaluations.enums import ObjectKind, RoundState
from evaluations.results.queries.results import ranked_table
from evaluations.results.queries.ties import ties_of
from evaluations.results.queries.verification import verification
from evaluations.rounds.blocking import SNAPSHOT
from evaluations.rounds.errors import InvalidRound, RoundMoved
from evaluations.rounds.guarded import managed_round_for
from evaluations.rounds.models import Round
from evaluations.rounds.queries import steps_of
from evaluations.schemes.enums import Grade
from evaluations.schemes.queries.schemes import definition_of
from evaluations.steps.actions.correction import reminded_at
from evaluations.steps.admin.acts import ABANDON, ACTS, DECIDE, REMIND, REOPEN, TERMS, WITHDRAW
from evaluations.steps.admin.mending import mending, mending_place, step_places
from evaluations.steps.forms.rounds import RoundForm
from evaluations.steps.forms.simulator import SimulatorForm
from evaluations.steps.queries.blockers import blockers
from evaluations.steps.queries.progress import Progress, progress_of
from evaluations.steps.queries.simulation import present_terms, simulate, with_moves
from members.admin.acting import ActingAdmin
from reporting.runs import request_run

RECENT = 12
WITH_RESULTS = frozenset({RoundState.SCORED, RoundState.PUBLICISED, RoundState.FINAL})
REPORT = "annual_evaluation"


@admin.register(Round)
class RoundAdmin(ActingAdmin):
    """The yearly walk. Drafts are edited; everything later goes through the steps; nothing is deleted."""

    form = RoundForm
    view_verb, add_verb, change_verb = "view_evaluations", "manage_round", "manage_round"
    fields = ("year", "scheme", "first_day", "last_day", "budget", "collecting_until")
    list_display = ("year", "judges", "scheme", "shown_state", "shown_budget", "publicity_end")
    list_filter = ("state", "kind")
    list_select_related = ("scheme",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The terms of a draft may change; no row is changed from the list."""
        return super().has_change_permission(request, obj) and (obj is None or obj.state == RoundState.DRAFT)

    @admin.display(description=pgettext_lazy("what a round judges", "judges"))
    def judges(self, round_: Round) -> str:
        """Units or single instruments."""
        return str(ObjectKind(round_.kind).label)

    @admin.display(description=pgettext_lazy("condition", "state"))
    def shown_state(self, round_: Round) -> SafeString:
        """The word of the state, as everywhere."""
        return state_badge(round_.state)

    @admin.display(description=gettext_lazy("budget (yuan)"), ordering="budget")
    def shown_budget(self, round_: Round) -> str:
        """As money is written everywhere."""
        return money(round_.budget)

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponseRedirect:
        """A new draft opens its page of steps."""
        return redirect("admin:evaluations_round_change", obj.pk)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        """Back to the page of steps."""
        return redirect("admin:evaluations_round_change", obj.pk)

    def get_urls(self) -> list[URLPattern]:
        """The admin's own addresses, the terms, the acts, and the fragments of the page."""
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/terms/", view(self.terms_view), name="evaluations_round_terms"),
            path("<int:pk>/act/<str:verb>/", view(self.act_view), name="evaluations_round_act"),
            path("<int:pk>/progress/", view(self.progress_view), name="evaluations_round_progress"),
            path("<int:pk>/check/", view(self.check_view), name="evaluations_round_check"),
            path("<int:pk>/report/<str:form>/", view(self.report_view), name="evaluations_round_report"),
        ]
        urls: list[URLPattern] = super().get_urls()
        return own + urls

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page of steps."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        if not object_id.isdecimal():
            raise Http404
        round_ = managed_round_for(request.user, int(object_id))
        progress = progress_of(round_)
        context = self._context(request, round_) | {
            "progress": progress,
            "table": None,
            "may_resnap": round_.state == RoundState.COLLECTING
            and round_.snapshot_id is not None
            and not any(blocker.hard for blocker in blockers(round_, SNAPSHOT)),
            "history": steps_of(round_, RECENT),
            "hard": [(blocker, *mending(round_, blocker)) for blocker in progress.hard],
            "steps": step_places(round_, progress),
            "ahead": [(one, mending_place(round_, one)) for one in progress.ahead],
            "only": request.GET.get("grade") if request.GET.get("grade") in Grade.values else "",
            **_reminded(round_, progress),
            "units": round_.kind == ObjectKind.UNIT,
            "has_ties": round_.state == RoundState.SCORED and bool(ties_of(round_)),
            "acts": {
                "reopen": REOPEN,
                "abandon": ABANDON,
                "snapshot": SNAPSHOT,
                "decide": DECIDE,
                "withdraw": WITHDRAW,
                "terms": TERMS,
                "remind": REMIND,
            },
        }
        if round_.state in WITH_RESULTS and round_.kind == ObjectKind.UNIT:
            context |= _simulated(request, round_)
        elif round_.state in WITH_RESULTS:
            context["judged"] = round_.results.count()
        return TemplateResponse(request, "admin/evaluations/round/page.html", context)

    def terms_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The form of a draft's terms."""
        round_ = managed_round_for(request.user, pk)
        if round_.state != RoundState.DRAFT:
            messages.warning(request, gettext("The terms of a round change only while it is a draft."))
            return redirect("admin:evaluations_round_change", pk)
        response: HttpResponse = super().change_view(request, str(pk))
        return response

    def act_view(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        """GET asks, POST does: one action, then back to the page with what happened."""
        round_ = managed_round_for(request.user, pk)
        act = ACTS.get(verb)
        if act is None:
            raise Http404
        form = act.form(request.POST or None, round_) if act.form is not None else None
        seen = seen_in(request.POST)
        if request.method == "POST" and (form is None or form.is_valid()):
            try:
                perform(request.user, act.do, round_, seen, {} if form is None else form.cleaned_data)
            except NotAllowed:
                raise
            except InvalidRound as refused:
                assert form is not None
                show_refusal(form, refused)
            except RoundMoved as refused:
                messages.error(request, str(refused))
                round_ = managed_round_for(request.user, pk)
            except Refusal as refused:
                messages.error(request, str(refused))
                if form is None:
                    return redirect("admin:evaluations_round_change", pk)
            else:
                messages.success(request, str(act.done))
                return redirect("admin:evaluations_round_change", pk)
        found = blockers(round_, verb) if verb in WALKED else []
        context = self._context(request, round_) | {
            "act": act,
            "verb": verb,
            "form": form,
            "found": found,
            "possible": round_.state == act.state and not any(blocker.hard for blocker in found),
        }
        return TemplateResponse(
            request, "admin/evaluations/round/confirm.html", context, status=422 if request.POST else 200
        )

    def progress_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """How far snapshot or scoring is: a fragment that asks for itself until it is done."""
        round_ = managed_round_for(request.user, pk)
        progress = progress_of(round_)
        response = TemplateResponse(
            request, "admin/evaluations/round/progress.html", {"round": round_, "progress": progress}
        )
        if progress.running is None and progress.scoring is None:
            response["HX-Refresh"] = "true"
        return response

    def check_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Work everything out again and say whether it agrees: a fragment of the page."""
        round_ = managed_round_for(request.user, pk)
        if round_.snapshot is None:
            raise Http404
        return TemplateResponse(
            request,
            "admin/evaluations/round/check.html",
            {"round": round_, "check": verification(round_), "whole": not getattr(request, "htmx", False)},
        )

    def report_view(self, request: HttpRequest, pk: int, form: str) -> HttpResponse:
        """Ask for the annual report."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        round_ = managed_round_for(request.user, pk)
        if round_.kind != ObjectKind.UNIT:
            messages.error(
                request,
                gettext(
                    "There is no annual report for single instruments. Download the table of results instead."
                ),
            )
            return redirect("admin:evaluations_round_change", pk)
        try:
            run = perform(
                request.user,
                request_run,
                REPORT,
                {"year": round_.year, "format": form},
                language=get_language(),
            )
        except Refusal as refused:
            messages.error(request, str(refused))
            return redirect("admin:evaluations_round_change", pk)
        return redirect("reporting:run", run.pk)

    def _context(self, request: HttpRequest, round_: Round) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "round": round_,
            "original": round_,
            "title": (
                gettext("Round of %(year)s")
                if round_.kind == ObjectKind.UNIT
                else gettext("Round of single instruments, %(year)s")
            )
            % {"year": round_.year},
        }


def _reminded(round_: Round, progress: Progress) -> dict[str, Any]:
    """When late units were last reminded, and whether they may be again today."""
    if not progress.late:
        return {}
    last = reminded_at(round_)
    today = timezone.localdate()
    return {"reminded_at": last, "may_remind": last is None or timezone.localdate(last) != today}


def _simulated(request: HttpRequest, round_: Round) -> dict[str, Any]:
    """The ranked table, the simulator and what its terms would make of the round; nothing is written."""
    definition = definition_of(round_.scheme)
    table = ranked_table(round_, definition)
    form = SimulatorForm(definition, present_terms(round_, definition), data=request.GET)
    if not form.is_valid():
        return {"table": table, "simulator": form, "simulation": None}
    simulation = simulate(round_, table, form.terms())
    return {"table": with_moves(table, simulation.moves), "simulator": form, "simulation": simulation}


WALKED = frozenset({"open", "snapshot", "score", "publicise", "finalise"})

"""What of a collecting round rests on a unit, an expert's role or an account, and what becomes of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from changes import Work
from changes.dependants import CANCEL, KEEP, Dependant, Reason, register
from evaluations.entries.actions import withdraw_all_values
from evaluations.entries.queries.waiting import scores_missing
from evaluations.enums import RoundState
from evaluations.rounds.models import Round
from members.bases import OpenAccount, TakingPart
from members.enums import NetworkRoleKind
from members.models import NetworkRole, Person, UnitRole
from members.queries.people import officers
from notices.wording import both_names, in_both

FORM, SCORES = "entry_form", "scores"
FORM_WORDS = {
    KEEP: pgettext_lazy("an entry form that is hit", "the unit goes on reporting"),
    CANCEL: pgettext_lazy("an entry form that is hit", "take back what it has reported"),
}
SCORES_WORDS = {KEEP: pgettext_lazy("scores of an expert", "others score; what is given stays")}


def register_dependants() -> None:
    """Say what of a round rests on units and experts."""
    register(FORM, _settle_forms, {TakingPart: _forms_of}, FORM_WORDS)
    register(SCORES, _settle_scores, {NetworkRole: _of_role, OpenAccount: _of_account}, SCORES_WORDS)


def _forms_of(basis: TakingPart, _now: dt.datetime) -> Iterable[Dependant]:
    """The forms that are open for the unit; one query."""
    mine = Count("reported_values", filter=Q(reported_values__unit=basis.unit))
    rounds = (
        Round.objects.filter(state=RoundState.COLLECTING).annotate(reported=mine).order_by("year", "kind")
    )
    return [
        Dependant(
            kind=FORM,
            key=f"entries-{round_.pk}-{basis.unit.pk}",
            title=_("Evaluation %(round)s: values reported: %(count)s")
            % {"round": round_, "count": round_.reported},
            state=round_.state,
            choices=(KEEP, CANCEL) if round_.reported else (KEEP,),
        )
        for round_ in rounds
        if round_.is_open_for(basis.unit.pk)
    ]


def _settle_forms(work: Work, keys: Sequence[str], choice: str, reason: Reason) -> None:
    if choice != CANCEL:
        return
    for key in keys:
        _prefix, round_pk, unit_pk = key.split("-")
        held, unit, people = withdraw_all_values(work, int(round_pk), int(unit_pk))
        told = {"year": held.year, "unit": both_names(unit), "reason": in_both(reason)}
        work.tell(people, "evaluation_values_withdrawn", told)


def _of_role(role: NetworkRole, now: dt.datetime) -> Iterable[Dependant]:
    return _scores(role.person, now) if role.kind == NetworkRoleKind.EXPERT else []


def _of_account(basis: OpenAccount, now: dt.datetime) -> Iterable[Dependant]:
    roles = NetworkRole.objects.on(timezone.localdate(now))
    is_expert = roles.filter(person=basis.person, kind=NetworkRoleKind.EXPERT).exists()
    return _scores(basis.person, now) if is_expert else []


def _scores(person: Person, now: dt.datetime) -> Iterable[Dependant]:
    """What an expert has still to score; a few queries for each round that collects, however many units there are."""
    day = timezone.localdate(now)
    own = {*UnitRole.objects.on(day).filter(person=person).values_list("unit_id", flat=True)}
    own |= {person.home_unit_id} if person.home_unit_id else set()
    rounds = Round.objects.filter(state=RoundState.COLLECTING).select_related("scheme", "snapshot")
    found = []
    for round_ in rounds.exclude(collecting_until__lt=day).order_by("year", "kind"):
        missing = scores_missing(round_, person, own)
        if missing:
            title = _("Evaluation %(round)s: scores still to give: %(count)s")
            found.append(
                Dependant(
                    kind=SCORES,
                    key=f"scores-{round_.pk}-{person.pk}",
                    title=title % {"round": round_, "count": missing},
                    state=round_.state,
                    choices=(KEEP,),
                )
            )
    return found


def _settle_scores(work: Work, keys: Sequence[str], _choice: str, _reason: Reason) -> None:
    """Tell the department that an expert gives no more scores."""
    people = officers(timezone.localdate(work.now)).exclude(pk=work.actor and work.actor.pk)
    for key in keys:
        _prefix, round_pk, person_pk = key.split("-")
        told = {"year": Round.objects.get(pk=round_pk).year, "person": str(Person.objects.get(pk=person_pk))}
        work.tell(list(people.exclude(pk=person_pk)), "evaluation_expert_gone", told)

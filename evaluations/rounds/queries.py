"""Rounds as they are read: who may see which, and what was done to one."""

from __future__ import annotations

from itertools import count

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from changes.errors import Sentence
from display.formats import local_datetime
from evaluations.enums import ObjectKind, RoundState
from evaluations.rounds.models import Round, RoundStep
from members.permissions import Actor, roles_of

SHOWN = (RoundState.PUBLICISED, RoundState.FINAL)
WITHDRAWN = "evaluations.round.publicity_withdrawn"
DONE: dict[str, Sentence] = {
    "evaluations.round.opened": _("Opened for reporting"),
    "evaluations.round.created": _("Round created"),
    "evaluations.round.changed": _("Terms changed"),
    "evaluations.round.snapshot_requested": _("Snapshot asked for"),
    "evaluations.round.snapshot_done": _("Snapshot done"),
    "evaluations.round.snapshot_abandoned": _("Snapshot given up"),
    "evaluations.round.snapshot_failed": _("Snapshot failed"),
    "evaluations.round.scoring_requested": _("Scoring asked for"),
    "evaluations.round.scoring_failed": _("Scoring failed"),
    "evaluations.round.scoring_abandoned": _("Scoring given up"),
    "evaluations.round.scored": _("Results worked out"),
    "evaluations.round.reopened": _("Stepped back to collecting"),
    "evaluations.round.tie_decided": _("Order of equals decided"),
    "evaluations.round.publicised": _("Results publicised"),
    "evaluations.round.finalised": _("Made final and sealed"),
    "evaluations.round.publicity_withdrawn": _("Publicity withdrawn"),
    "evaluations.round.reminded": _("Late units reminded"),
}
"""What was done to a round, by verb, as its page says it."""


def published_rounds() -> QuerySet[Round]:
    """Rounds whose results are public today, newest first; in bulk what `permissions.is_public` says of one."""
    shown = Q(state=RoundState.FINAL) | Q(
        state=RoundState.PUBLICISED, publicity_start__lte=timezone.localdate()
    )
    return Round.objects.filter(shown).select_related("scheme")


def rounds_visible_to(person: Actor) -> QuerySet[Round]:
    """The public rounds; for officers all of them."""
    if roles_of(person).is_officer:
        return Round.objects.select_related("scheme")
    return published_rounds()


def first_free_year(earliest: int) -> int:
    """The first year from `earliest` on that has no round for units; one query."""
    taken = set(Round.objects.filter(kind=ObjectKind.UNIT, year__gte=earliest).values_list("year", flat=True))
    return next(year for year in count(earliest) if year not in taken)


def steps_of(round_: Round, most: int) -> list[tuple[RoundStep, Sentence]]:
    """The newest steps of a round with their words, newest first; one query."""
    steps = round_.history.select_related("by").order_by("-pk")[:most]
    return [(step, DONE.get(step.verb, step.verb)) for step in steps]


def steps_since(round_: Round, version: int) -> list[str]:
    """What was done to a round after the version, oldest first: what, by whom, when; one query."""
    steps = round_.history.select_related("by").filter(version__gt=version).order_by("pk")
    return [
        f"{DONE.get(step.verb, step.verb)} ({step.by or _('by the system')}, {local_datetime(step.at, get_language())})"
        for step in steps
    ]


def last_done(round_: Round, verb: str) -> RoundStep | None:
    """The last step of this verb; one query."""
    return round_.history.filter(verb=verb).order_by("-pk").first()


def withdrawn_round(year: int, kind: str) -> Round | None:
    """A round whose results were announced and taken back, and are not announced anew; None for any other."""
    round_ = Round.objects.filter(year=year, kind=kind).exclude(state__in=SHOWN).first()
    return round_ if round_ is not None and last_done(round_, WITHDRAWN) is not None else None

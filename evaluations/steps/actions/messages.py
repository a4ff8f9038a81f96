"""What a step of a round tells the world: notices to unit managers, announcements to everybody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from changes import Work
from changes.errors import Sentence
from evaluations.enums import ObjectKind
from evaluations.results.models import Result
from evaluations.rounds.models import Round
from members.enums import UnitRoleKind, UnitState
from members.models import UnitRole
from notices.models import Announcement, AnnouncementKind
from notices.wording import LANGUAGES, both_names, shown, stored

Value = str | int | Decimal | dt.date | dt.datetime | None


def tell_managers(
    work: Work, round_: Round, kind: str, context: Mapping[str, Value], units: set[int] | None = None
) -> int:
    """Tell the managers of the units (all active ones, or those named by primary key); return how many people.

    The notice links to the unit's own page of the round.
    """
    roles = (
        UnitRole.objects.on(timezone.localdate())
        .filter(kind=UnitRoleKind.MANAGER, unit__state=UnitState.ACTIVE, person__is_active=True)
        .select_related("person", "unit")
        .order_by("unit__code", "person__email")
    )
    if units is not None:
        roles = roles.filter(unit__in=units)
    page = "evaluations:unit" if round_.kind == ObjectKind.UNIT else "evaluations:instrument_unit"
    for role in roles:
        work.tell(
            [role.person],
            kind,
            {"year": _year(round_), "unit": both_names(role.unit), **context},
            reverse(page, args=[round_.year, role.unit.code]),
        )
    return len(roles)


def judged_units(round_: Round) -> set[int]:
    """Primary keys of the units that have a result."""
    return set(Result.objects.filter(Q(round=round_)).values_list("unit_id", flat=True))


def announce_publicity(round_: Round, begins: dt.datetime, deadline: dt.datetime) -> Announcement:
    """Announce, from the moment it begins, that the proposed results can be read and objected to until the deadline."""
    return _announce(
        _("Proposed results of the %(year)s evaluation of open sharing, for public comment"),
        _(
            "Objections can be made from %(first)s to %(last)s, in writing, with reasons and evidence; units stamp "
            "their seal, individuals sign with their real name and contact."
        ),
        {"year": round_.year, "first": round_.publicity_start, "last": round_.publicity_end},
        link=_public_page(round_),
        published_at=begins,
        deadline=deadline,
    )


def announce_withdrawal(round_: Round, now: dt.datetime) -> Announcement:
    """Announce that proposed results are no longer public; the deadline of their announcement ends now.

    An announcement that had not appeared yet never does.
    """
    link = _public_page(round_)
    Announcement.objects.filter(kind=AnnouncementKind.EVALUATION, link=link, published_at__gt=now).delete()
    Announcement.objects.filter(kind=AnnouncementKind.EVALUATION, link=link, deadline__gt=now).update(
        deadline=now
    )
    return _announce(
        _("Proposed results of the %(year)s evaluation of open sharing withdrawn"),
        _(
            "The proposed results are being corrected and will be publicised anew, with new time for objections."
        ),
        {"year": round_.year},
        link=reverse("evaluations:index"),
    )


def announce_final(round_: Round) -> Announcement:
    """Announce the final results."""
    return _announce(
        _("Results of the %(year)s evaluation of open sharing"),
        _("The publicity period is over; results and subsidies are final and no longer change."),
        {"year": round_.year},
        link=_public_page(round_),
    )


def _announce(title: Sentence, body: Sentence, facts: Mapping[str, Value], **fields: Any) -> Announcement:
    """Write an announcement whose sentences are put into both languages now, with days as each language has them."""
    texts: dict[str, str] = {}
    for ending, language in LANGUAGES.items():
        values = {name: shown(stored(value), language) for name, value in facts.items()}
        with translation.override(language):
            texts |= {f"title_{ending}": str(title) % values, f"body_{ending}": str(body) % values}
    return Announcement.objects.create(kind=AnnouncementKind.EVALUATION, **texts, **fields)


def _public_page(round_: Round) -> str:
    name = "round" if round_.kind == ObjectKind.UNIT else "instrument_round"
    return reverse(f"evaluations:{name}", args=[round_.year])


def _year(round_: Round) -> int | dict[str, str]:
    """The year as the notices say it: of two rounds in one year it must be plain which is meant."""
    if round_.kind == ObjectKind.UNIT:
        return round_.year
    return {"zh": f"单台仪器{round_.year}", "en": f"single instruments in {round_.year}"}

"""What a step of a round tells the world: notices to unit managers, announcements to everybody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from changes import Work
from evaluations.enums import ObjectKind
from evaluations.results.models import Result
from evaluations.rounds.models import Round
from members.enums import UnitRoleKind, UnitState
from members.models import MemberUnit, UnitRole
from notices.models import Announcement, AnnouncementKind

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
            {"year": round_.year, "unit": _name(role.unit), **context},
            reverse(page, args=[round_.year, role.unit.code]),
        )
    return len(roles)


def judged_units(round_: Round) -> set[int]:
    """Primary keys of the units that have a result."""
    return set(Result.objects.filter(Q(round=round_)).values_list("unit_id", flat=True))


def announce_publicity(round_: Round, begins: dt.datetime, deadline: dt.datetime) -> Announcement:
    """Announce, from the moment it begins, that the proposed results can be read and objected to until the deadline."""
    return Announcement.objects.create(
        kind=AnnouncementKind.EVALUATION,
        title_zh=f"{round_.year}年度大型科研仪器开放共享评价拟定结果公示",
        title_en=f"Proposed results of the {round_.year} evaluation of open sharing, for public comment",
        body_zh=(
            f"公示期为{_zh(round_.publicity_start)}至{_zh(round_.publicity_end)}。对结果有异议的，请在公示期内以书面形式提出，"
            "说明理由并附事实依据；单位提出的须加盖公章，个人提出的须签署真实姓名并留联系方式。"
        ),
        body_en=(
            f"Objections can be made from {round_.publicity_start} to {round_.publicity_end}, in writing, with reasons "
            "and evidence; units stamp their seal, individuals sign with their real name and contact."
        ),
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
    return Announcement.objects.create(
        kind=AnnouncementKind.EVALUATION,
        title_zh=f"{round_.year}年度大型科研仪器开放共享评价拟定结果撤回公示",
        title_en=f"Proposed results of the {round_.year} evaluation of open sharing withdrawn",
        body_zh="拟定结果需要更正，原公示不再有效。更正后将重新公示，公示期重新计算。",
        body_en="The proposed results are being corrected and will be publicised anew, with new time for objections.",
        link=reverse("evaluations:index"),
    )


def announce_final(round_: Round) -> Announcement:
    """Announce the final results."""
    return Announcement.objects.create(
        kind=AnnouncementKind.EVALUATION,
        title_zh=f"{round_.year}年度大型科研仪器开放共享评价结果公布",
        title_en=f"Results of the {round_.year} evaluation of open sharing",
        body_zh="公示期已结束，评价结果和后补助金额自即日起生效，不再变更。",
        body_en="The publicity period is over; results and subsidies are final and no longer change.",
        link=_public_page(round_),
    )


def _public_page(round_: Round) -> str:
    name = "round" if round_.kind == ObjectKind.UNIT else "instrument_round"
    return reverse(f"evaluations:{name}", args=[round_.year])


def _name(unit: MemberUnit) -> dict[str, str]:
    return {"zh": unit.name_zh, "en": unit.name_en or unit.name_zh}


def _zh(day: dt.date | None) -> str:
    return "" if day is None else f"{day.year}年{day.month}月{day.day}日"

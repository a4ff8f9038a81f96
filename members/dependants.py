"""What of roles and reports rests on an account, a membership, a role or a unit, and what becomes of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy

from changes import Work
from changes.dependants import CANCEL, KEEP, Dependant, Reason, register
from display.formats import local_datetime
from members.actions.roles import end_roles_with_basis
from members.bases import BeingMember, Membership, OpenAccount, TakingPart
from members.messages import role_name
from members.models import NetworkRole, UnitRole
from members.models.dated import lasting
from reporting.models import ReportRun
from reporting.registry import title_of_kind
from reporting.runs import may_still_ask, open_runs, withdraw_runs

ROLE, RUN = "role", "report_run"
IN_UNIT, IN_NETWORK = "unit-role-", "network-role-"
ROLE_WORDS = {CANCEL: pgettext_lazy("a role that is hit", "ends with it")}
RUN_WORDS = {
    KEEP: pgettext_lazy("a report that is hit", "make it all the same"),
    CANCEL: pgettext_lazy("a report that is hit", "cancel it and tell its person"),
}


def register_dependants() -> None:
    """Say what rests on people and units."""
    register(
        ROLE,
        _end_roles,
        {OpenAccount: _roles_of_account, Membership: _roles_of_member, BeingMember: _roles_in_unit},
        ROLE_WORDS,
    )
    register(
        RUN,
        _withdraw,
        {
            OpenAccount: _runs_of_account,
            TakingPart: _runs_of_unit,
            UnitRole: _runs_without_right,
            NetworkRole: _runs_without_right,
        },
        RUN_WORDS,
    )


def _roles_of_account(basis: OpenAccount, now: dt.datetime) -> Iterable[Dependant]:
    in_units = UnitRole.objects.filter(_holds(now), person=basis.person).select_related("unit")
    in_network = NetworkRole.objects.filter(_holds(now), person=basis.person)
    return [*map(_role, in_units), *map(_role, in_network)]


def _roles_of_member(basis: Membership, now: dt.datetime) -> Iterable[Dependant]:
    rows = UnitRole.objects.filter(_holds(now), person=basis.person, unit=basis.unit)
    return [_role(row) for row in rows.select_related("unit")]


def _roles_in_unit(basis: BeingMember, now: dt.datetime) -> Iterable[Dependant]:
    rows = UnitRole.objects.filter(_holds(now), unit=basis.unit)
    return [_role(row, person=row.person) for row in rows.select_related("unit", "person")]


def _holds(now: dt.datetime) -> Q:
    """Roles that hold on that day or later."""
    return lasting(timezone.localdate(now))


def _role(role: UnitRole | NetworkRole, person: object = None) -> Dependant:
    prefix = IN_UNIT if isinstance(role, UnitRole) else IN_NETWORK
    return Dependant(
        kind=ROLE, key=f"{prefix}{role.pk}", title=role_name(role), person=person, choices=(CANCEL,)
    )


def _end_roles(work: Work, keys: Sequence[str], _choice: str, _reason: Reason) -> None:
    end_roles_with_basis(
        work,
        in_units=[int(key.removeprefix(IN_UNIT)) for key in keys if key.startswith(IN_UNIT)],
        in_network=[int(key.removeprefix(IN_NETWORK)) for key in keys if key.startswith(IN_NETWORK)],
    )


def _runs_of_account(basis: OpenAccount, _now: dt.datetime) -> Iterable[Dependant]:
    return [_run(run, CANCEL) for run in open_runs().filter(requested_by=basis.person.pk)]


def _runs_of_unit(basis: TakingPart, _now: dt.datetime) -> Iterable[Dependant]:
    rows = open_runs().filter(requested_by__home_unit=basis.unit)
    return [_run(run, KEEP, CANCEL, person=run.requested_by) for run in rows]


def _runs_without_right(role: UnitRole | NetworkRole, _now: dt.datetime) -> Iterable[Dependant]:
    """Those that the person may no longer ask for, the role having ended; a person has five open ones at most."""
    runs = list(open_runs().filter(requested_by=role.person_id))
    for run in runs:
        # One person, whose roles are read once.
        run.requested_by = runs[0].requested_by
    return [_run(run, CANCEL) for run in runs if not may_still_ask(run)]


def _run(run: ReportRun, *choices: str, person: object = None) -> Dependant:
    # Not what it is about: that would ask the database once for each.
    asked = local_datetime(run.created_at, get_language())
    return Dependant(
        kind=RUN,
        key=f"run-{run.pk}",
        title=f"{title_of_kind(run.kind)} · {asked}",
        state=run.state,
        person=person,
        choices=choices,
    )


def _withdraw(work: Work, keys: Sequence[str], choice: str, reason: Reason) -> None:
    if choice == CANCEL:
        withdraw_runs(work, [UUID(key.removeprefix("run-")) for key in keys], reason)

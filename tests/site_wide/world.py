"""One small world for the permission table: eight kinds of people, and one object of each kind."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.test import Client, TestCase
from django.utils import timezone

from background.models import Heartbeat
from changes import perform
from evaluations.enums import ObjectKind
from evaluations.results.actions.scoring_runs import request_scoring
from evaluations.rounds.models import Round
from evaluations.schemes.actions import load_presets
from evaluations.schemes.models import Scheme
from evaluations.snapshots.actions import request_snapshot
from evaluations.steps.actions.opening import open_round
from evaluations.steps.actions.publication import publicise_round
from instruments.booking.enums import BookingState
from instruments.booking.models import Booking, BookingSeries
from instruments.bundles.forms.basket import Basket
from instruments.bundles.models import BookingBundle, BundlePart
from instruments.calendars.actions import make_feed
from instruments.calendars.enums import FeedKind
from instruments.calendars.models import CalendarFeed
from instruments.calendars.permissions import Followed
from instruments.inventory.enums import SharingMode
from instruments.inventory.models import Deputy, Stewardship
from instruments.letters.actions.messages import write_message
from instruments.letters.models import BookingAttachment
from instruments.replies.models import ReplyTemplate
from instruments.terms.models import OpeningException, Rate
from instruments.upkeep.actions.faults import report_fault
from instruments.upkeep.actions.plans import PlanData, make_plan
from instruments.usage.models import UsageRecord
from instruments.waiting.models import WaitEntry
from members.enums import UnitRoleKind
from members.models import Organisation, UnitRole
from notices.models import Announcement, Notice
from reporting import making, runs
from reporting.models import ReportRun
from tests.evaluations.walking import AFTER_DEADLINE, BEFORE_PUBLICITY, FRIDAY, MONDAY, scored
from tests.factories.evaluations import DATA_END, DATA_START, Story, make_story
from tests.factories.instruments import ApplicationFieldFactory, BookingFactory, make_instrument, make_steward
from tests.factories.members import AdminFactory, PersonFactory, UnitFactory, make_officer
from tests.transactions import outermost
from webapi import tokens
from webapi.models import AccessToken

ROLES = (
    "anonymous",
    "researcher",
    "other_steward",
    "steward",
    "manager",
    "expert",
    "officer",
    "superuser",
)
CLERK = "clerk"
"""Someone who may enter the admin but holds no role: not a column, for every answer is a refusal."""


@dataclass
class World:
    """What the table's addresses point at, and who asks.

    The unit is AAA. The researcher works in another unit and owns the bookings; the manager of AAA owns the
    report run, the notice and the token; the officer owns the run of the annual report. Round 2025 is
    publicised, for units and for single instruments; round 2026 is collecting; 2027 is a draft.
    """

    people: dict[str, Any]
    sessions: dict[str, str]
    bearers: dict[str, str]
    bookings: dict[str, Booking]
    runs: dict[str, ReportRun]
    rounds: dict[str, Round]
    objects: dict[str, Any]

    def ask(
        self, role: str, method: str, address: str, body: dict[str, Any] | None, language: str = "en"
    ) -> HttpResponse:
        """Send one request as that role; whatever it writes is undone."""
        client = Client(raise_request_exception=True)
        headers = {"accept-language": language}
        if address.startswith("/api/"):
            if role in self.bearers:
                headers["authorization"] = f"Bearer {self.bearers[role]}"
            headers["idempotency-key"] = uuid.uuid4().hex
            data, kind = json.dumps(body or {}), "application/json"
        else:
            if role in self.sessions:
                client.cookies["sessionid"] = self.sessions[role]
            data, kind = body or {}, None
        try:
            with outermost():
                if method == "GET":
                    answer = client.get(address, headers=headers)
                elif kind:
                    answer = client.generic(method, address, data, content_type=kind, headers=headers)
                else:
                    answer = client.post(address, data, headers=headers)
                if answer.streaming:
                    answer.getvalue()
                raise _UndoneError
        except _UndoneError:
            return answer


class _UndoneError(Exception):
    """Takes a request's writes back."""


def making_world(django_db_blocker: Any) -> Iterator[World]:
    """Make the world for the tests of one module, and take it back after them."""
    with django_db_blocker.unblock(), outermost():
        yield make_world()
        transaction.set_rollback(True)


def make_world() -> World:
    """Make the world; the caller is in a transaction that it takes back afterwards."""
    capture = TestCase.captureOnCommitCallbacks
    story = make_story()
    published = scored(story, capture)
    unit = story.units["AAA"]
    instrument = make_instrument(
        unit=unit, code="AAA-TABLE", policy={"approval_required": True, "attachments": "may"}
    )
    hidden = make_instrument(unit=unit, code="AAA-HIDDEN", sharing_mode=SharingMode.NOT_SHARED)
    elsewhere = make_instrument(unit=UnitFactory(), code="ELSE-1")
    people = {
        "researcher": PersonFactory(),
        "other_steward": make_steward(elsewhere),
        "steward": make_steward(instrument),
        "manager": story.managers["AAA"],
        "expert": story.expert,
        "officer": make_officer(is_staff=True),
        "superuser": AdminFactory(),
        CLERK: PersonFactory(is_staff=True),
    }
    sessions, bearers = {}, {}
    for role, person in people.items():
        client = Client()
        client.force_login(person)
        if role == "researcher":
            collected = client.session
            collected[Basket.KEY] = {"steps": [Basket.row("AAA-TABLE", 60)]}
            collected.save()
        sessions[role] = client.cookies["sessionid"].value
        bearers[role] = perform(person, tokens.issue, person, name="table", scopes=("read", "write"), days=1)[
            0
        ]
    single = _single_instruments(story, capture)
    _publicise(published, single)
    draft = _next_round(story, 2027)
    collecting = perform(story.officer, open_round, _next_round(story, 2026))
    start = timezone.now().replace(minute=0, second=0, microsecond=0) + dt.timedelta(days=2)
    bookings = {
        state: BookingFactory(
            instrument=instrument,
            person=people["researcher"],
            state=state,
            start=start + dt.timedelta(hours=3 * place),
        )
        for place, state in enumerate((BookingState.REQUESTED, BookingState.CONFIRMED))
    }
    for booking in bookings.values():
        booking.series = BookingSeries.objects.create(
            instrument=instrument, person=people["researcher"], rule="FREQ=WEEKLY;COUNT=2"
        )
        booking.save()
    perform(people["manager"], make_feed, Followed(FeedKind.MINE))
    now = timezone.now().replace(microsecond=0)
    bookings["due"] = BookingFactory(
        instrument=instrument, person=people["researcher"], start=now - dt.timedelta(minutes=5)
    )
    bookings["in_use"] = BookingFactory(
        instrument=elsewhere,
        person=people["researcher"],
        state=BookingState.IN_USE,
        start=now - dt.timedelta(hours=1),
        checked_in_at=now - dt.timedelta(hours=1),
    )
    bookings["offered"] = BookingFactory(
        instrument=instrument,
        person=people["researcher"],
        state=BookingState.OFFERED,
        is_offer=True,
        start=start + dt.timedelta(hours=6),
        expires_at=start,
    )
    ApplicationFieldFactory()
    Heartbeat.objects.create(name="worker", at=now)
    usage = perform(
        people["manager"],
        runs.request_run,
        "instrument_usage",
        {"unit": "AAA", "start": "2025-01-01", "end": "2025-12-31", "format": "csv"},
        language="en",
    )
    making.make(usage.pk)
    annual = perform(
        people["officer"],
        runs.request_run,
        "annual_evaluation",
        {"year": 2025, "format": "xlsx"},
        language="en",
    )
    making.make(annual.pk)
    waiting = perform(
        people["manager"],
        runs.request_run,
        "instrument_usage",
        {"unit": "AAA", "start": "2025-01-01", "end": "2025-01-31", "format": "csv"},
        language="en",
    )
    objects = {
        "unit": unit,
        "instrument": instrument,
        "hidden": hidden,
        "exception": OpeningException.objects.create(
            instrument=instrument, start=now + dt.timedelta(days=30), end=now + dt.timedelta(days=31)
        ),
        "rate": Rate.objects.create(
            instrument=instrument,
            category="internal",
            yuan_per_hour=10,
            valid_from=now.date() + dt.timedelta(days=30),
        ),
        "stewardship": Stewardship.objects.get(instrument=instrument),
        "role": UnitRole.objects.get(unit=unit, kind=UnitRoleKind.STEWARD),
        "record": UsageRecord.objects.filter(instrument__code="AAA-1").get(),
        "organisation": Organisation.objects.filter(private_to=unit).first(),
        "notice": Notice.objects.filter(person=people["manager"]).first(),
        "token": AccessToken.objects.get(person=people["manager"]),
        "calendar": CalendarFeed.objects.get(person=people["manager"]),
        "fault": perform(
            people["researcher"],
            report_fault,
            instrument,
            severity="limited",
            words="漏气",
            photo=b"a picture",
        ),
        "attachment": BookingAttachment.objects.create(
            booking=bookings[BookingState.CONFIRMED],
            added_by=people["researcher"],
            name="方案.pdf",
            kind="pdf",
            size=4,
            content=b"%PDF",
        ),
        "deputy": Deputy.objects.create(
            unit=unit,
            person=people["steward"],
            deputy=PersonFactory(home_unit=unit),
            named_by=people["steward"],
            valid_from=now.date(),
            valid_to=now.date() + dt.timedelta(days=7),
        ),
        "reply": ReplyTemplate.objects.create(
            unit=unit, name="样品不合适", words_zh="{person}，样品不合适。"
        ),
        "message": perform(
            people["researcher"], write_message, bookings[BookingState.CONFIRMED], words="样品有毒吗"
        ),
        "bundle": BundlePart.objects.create(
            bundle=BookingBundle.objects.create(person=people["researcher"], when_lost="keep"),
            booking=bookings[BookingState.REQUESTED],
            step=1,
        ).bundle,
        "wish": WaitEntry.objects.create(
            person=people["researcher"],
            instrument=instrument,
            start=start,
            end=start + dt.timedelta(days=2),
            last_start=start + dt.timedelta(days=1),
            minutes=1440,
            said={"purpose": "物相分析", "purpose_kind": "research", "companion": ""},
        ),
        "plan": perform(
            people["manager"],
            make_plan,
            instrument,
            PlanData(kind="calibration", title="检定", every=12, begins_on=timezone.localdate()),
        ),
        "announcement": Announcement.objects.create(
            kind="rules", title_zh="公告", title_en="Notice", published_at=now
        ),
    }
    made = {"usage": usage, "annual": annual, "waiting": waiting}
    rounds = {"published": published, "single": single, "collecting": collecting, "draft": draft}
    return World(people, sessions, bearers, bookings, made, rounds, objects)


def _next_round(story: Story, year: int) -> Round:
    return Round.objects.create(
        year=year,
        kind=ObjectKind.UNIT,
        scheme=story.round.scheme,
        data_start=dt.datetime(year, 1, 1, tzinfo=DATA_START.tzinfo),
        data_end=dt.datetime(year + 1, 1, 1, tzinfo=DATA_START.tzinfo),
        budget=1000,
        collecting_until=dt.date(year + 1, 3, 31),
    )


def _single_instruments(story: Story, capture: Any) -> Round:
    perform(None, load_presets)
    round_ = Round.objects.create(
        year=2025,
        kind=ObjectKind.INSTRUMENT,
        scheme=Scheme.objects.get(code="moe_2000"),
        data_start=DATA_START,
        data_end=DATA_END,
        budget=0,
    )
    round_ = perform(story.officer, open_round, round_)
    with capture(execute=True):
        perform(story.officer, request_snapshot, round_)
    round_.refresh_from_db()
    with capture(execute=True):
        perform(story.officer, request_scoring, round_, now=AFTER_DEADLINE)
    round_.refresh_from_db()
    return round_


def _publicise(*rounds: Round) -> None:
    officer = make_officer()
    for round_ in rounds:
        perform(officer, publicise_round, round_, first=MONDAY, last=FRIDAY, now=BEFORE_PUBLICITY)
        round_.refresh_from_db()

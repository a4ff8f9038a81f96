"""The doctor: each check says what is so and what to do, exactly, and a fault ends it with 1."""

from __future__ import annotations

import datetime as dt
import io
import os
import shutil
import socket
from collections import namedtuple
from types import SimpleNamespace
from typing import ClassVar

import pytest
import time_machine
from django.core.mail.backends import locmem
from django.core.management import call_command
from django.db import IntegrityError, OperationalError, connection
from django.test import override_settings
from django.utils import timezone, translation

from audit.history import record
from audit.models import Entry
from background.models import Heartbeat
from background.queries import PROCESSES
from operations import database_checks, doctor, surrounding_checks
from operations.findings import Finding, Level, fault, ok, warning
from safeguards import constraints, triggers

pytestmark = pytest.mark.django_db
Usage = namedtuple("Usage", "total used free")


@pytest.fixture(autouse=True)
def _english():
    """Exact sentences are compared."""
    with translation.override("en"):
        yield


def run(*options: str) -> tuple[int, list[str]]:
    """Status and lines of the command."""
    said = io.StringIO()
    try:
        call_command("doctor", "--language", "en", *options, stdout=said)
    except SystemExit as ended:
        return int(ended.code or 0), said.getvalue().splitlines()
    return 0, said.getvalue().splitlines()


@pytest.fixture
def all_well(tmp_path):
    """A site on which everything runs."""
    for name in PROCESSES:
        Heartbeat.objects.create(name=name, at=timezone.now())
    with override_settings(VAR=tmp_path, MEDIA_ROOT=str(tmp_path / "media")):
        yield tmp_path


def test_one_line_a_check_and_no_fault_ends_with_0(all_well):
    """Every check by name, in this order."""
    status, lines = run()
    assert [line.split(":")[0] for line in lines[:-1]] == [
        f"[ok] {name}"
        for name in (
            "database", "migrations", "database guards", "worker", "schedule", "sealer", "clock",
            "Redis", "sending of mail", "folders", "fonts", "proxies",
        )
    ]  # fmt: skip
    assert (status, lines[-1]) == (0, "12 ok, 0 warnings, 0 faults.")


def test_a_fault_ends_with_1_and_says_what_to_do(all_well):
    """One silent process is enough."""
    Heartbeat.objects.filter(name="worker").update(at=timezone.now() - dt.timedelta(seconds=95))
    status, lines = run()
    assert status == 1
    (line,) = [line for line in lines if line.startswith("[fault]")]
    assert line == (
        "[fault] worker: The worker gave its last sign of life 95 s ago. → Start “manage.py serve” or the worker's "
        "unit, and look into its log. Mail, reports and rounds wait."
    )
    assert lines[-1] == "11 ok, 0 warnings, 1 faults."
    Heartbeat.objects.filter(name="worker").update(at=timezone.now())
    Heartbeat.objects.filter(name="worker.reports").update(at=timezone.now() - dt.timedelta(seconds=95))
    (line,) = [line for line in run()[1] if line.startswith("[fault]")]
    assert line.startswith(
        "[fault] worker: The worker of the queue reports gave its last sign of life 95 s ago."
    )


def test_the_language_can_be_chosen(all_well):
    """The words come from the catalogue."""
    said = io.StringIO()
    call_command("doctor", "--language", "zh-hans", stdout=said)
    assert said.getvalue().count("\n") == 13


def test_a_database_that_is_away_is_said_and_the_rest_looked_at(all_well, monkeypatch):
    """Nothing that needs it is tried."""
    monkeypatch.setattr(database_checks, "database", lambda: fault("away", "start it"))
    status, lines = run()
    assert status == 1
    assert [line.split(":")[0] for line in lines[:-1]] == [
        "[fault] database", *(f"[ok] {name}" for name in ("Redis", "sending of mail", "folders", "fonts", "proxies")),
    ]  # fmt: skip


def test_pending_migrations_are_counted(monkeypatch):
    """The first is named."""
    monkeypatch.setattr(database_checks, "pending_migrations", lambda: ["a.0001_one", "b.0002_two"])
    assert database_checks.migrations() == fault(
        "2 migrations are not applied, the first is a.0001_one.", "Run “manage.py migrate”."
    )
    monkeypatch.setattr(database_checks, "pending_migrations", lambda: ["a.0001_one"])
    assert database_checks.migrations().said == "1 migration is not applied: a.0001_one."


def break_guards(on_postgresql: bool) -> list[str]:
    """Take the guard against double booking away, and on PostgreSQL switch another one off as well."""
    with connection.cursor() as cursor:
        if on_postgresql:
            cursor.execute("ALTER TABLE instruments_booking DROP CONSTRAINT booking_no_overlap")
            cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_append_only_update")
            return ["audit_append_only_update", "booking_no_overlap"]
        cursor.execute("DROP TRIGGER booking_no_overlap_insert")
        cursor.execute("DROP TRIGGER audit_append_only_update")
        return ["audit_append_only_update", "booking_no_overlap_insert"]


def test_missing_guards_are_a_fault_until_they_are_mended(all_well, on_postgresql):
    """Named, put back by --mend, and then present."""
    names = break_guards(on_postgresql)
    status, lines = run()
    (line,) = [line for line in lines if "guards" in line]
    assert status == 1
    assert line.startswith(
        "[fault] database guards: 2 guards of the database are missing or switched off, among them: "
        f"{', '.join(names)}. → Run “manage.py doctor --mend”"
    )
    assert sorted(triggers.missing()) == names
    status, lines = run("--mend")
    assert (status, triggers.missing()) == (0, [])


def test_rows_in_the_way_of_a_guard_are_said(all_well, monkeypatch):
    """The guard stays missing, the cause is told."""

    def refuse(_app):
        raise IntegrityError("conflicting key value\nDETAIL: more")

    monkeypatch.setattr(constraints, "restore", refuse)
    status, lines = run("--mend")
    assert status == 1
    assert (
        "[fault] mending: Rows break the rule of a guard and have to be mended first: conflicting key value"
        " → Then run this command again."
    ) in lines


def test_nothing_is_mended_while_migrations_are_pending(monkeypatch, on_postgresql):
    """They may be what is missing."""
    names = break_guards(on_postgresql)
    monkeypatch.setattr(database_checks, "pending_migrations", lambda: ["a.0001_one"])
    assert database_checks.mend_guards() == "Guards are not put back before “manage.py migrate” has run."
    assert sorted(triggers.missing()) == names


def test_a_process_that_never_beat_is_a_warning():
    """A fresh site has not been started yet."""
    found = database_checks.schedule()
    assert (found.level, found.said) == (Level.WARNING, "The schedule has never given a sign of life.")


@pytest.mark.parametrize(("seconds", "level"), [(10, Level.OK), (11, Level.FAULT)])
def test_the_sealer_by_the_age_of_what_waits(seconds, level):
    """Ten seconds are borne, the eleventh not."""
    entry = record(actor=None, verb="demo.network.seeded", target="network")
    moment = entry.at + dt.timedelta(seconds=seconds)
    with time_machine.travel(moment, tick=False):
        found = database_checks.sealer()
    assert found.level is level
    assert str(seconds) in found.said


def test_a_clock_behind_the_history_is_a_fault():
    """What is written next would stand before what was written last."""
    record(actor=None, verb="demo.network.seeded", target="network")
    with time_machine.travel(Entry.objects.get().at - dt.timedelta(seconds=60), tick=False):
        found = database_checks.clock()
    assert (found.level, found.said) == (
        Level.FAULT,
        "The clock is 60 s behind the newest entry of the history.",
    )


def test_a_clock_ahead_of_the_database(on_postgresql):
    """PostgreSQL has a clock of its own, SQLite has ours."""
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=30), tick=False):
        found = database_checks.clock()
    assert found.level is (Level.WARNING if on_postgresql else Level.OK)


def closed_port() -> int:
    """A port at which nobody answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_redis_is_asked_where_it_is_configured():
    """Not at all, or in vain."""
    with override_settings(REDIS_URL="", CELERY_BROKER_URL="filesystem://localhost"):
        assert surrounding_checks.redis_server() == ok(
            "No Redis is configured; a folder carries the messages."
        )
    address = f"redis://127.0.0.1:{closed_port()}/0"
    with override_settings(REDIS_URL=address, CELERY_BROKER_URL=address):
        found = surrounding_checks.redis_server()
    assert found.level is Level.FAULT
    assert found.said.startswith("Redis does not answer: ")


def test_mail(tmp_path):
    """A folder, a server that is away."""
    folder = tmp_path / "mail"
    with override_settings(
        EMAIL_BACKEND="django.core.mail.backends.filebased.EmailBackend", EMAIL_FILE_PATH=str(folder)
    ):
        assert surrounding_checks.mail() == ok(
            f"Mail is written into the folder {folder} and sent to nobody."
        )
    port = closed_port()
    with override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=port
    ):
        found = surrounding_checks.mail()
    assert found.level is Level.FAULT
    assert found.said.startswith(f"The mail server 127.0.0.1:{port} does not let us in: ")


class MailServer(locmem.EmailBackend):
    """A mail server that lets everybody in."""

    asked: ClassVar[list[float]] = []

    def __init__(self, *args, timeout=None, **options):
        super().__init__(*args, **options)
        self.asked.append(timeout)


@pytest.mark.parametrize("sender", ["网络 <office@network.example>", "root@localhost", "<a@b.invalid>"])
def test_mail_in_a_name_that_nobody_can_answer(sender, monkeypatch):
    """The server lets us in, but replies would go nowhere."""
    monkeypatch.setattr(surrounding_checks, "get_connection", MailServer)
    MailServer.asked.clear()
    with override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", DEFAULT_FROM_EMAIL=sender
    ):
        assert surrounding_checks.mail() == warning(
            f"Mail is sent in the name of {sender}, which nobody can answer.", "Set DEFAULT_FROM_EMAIL."
        )
    assert MailServer.asked == [5]


def test_mail_that_is_sent(monkeypatch, tmp_path):
    """By a server, by something else, or not at all where the folder cannot be written."""
    monkeypatch.setattr(surrounding_checks, "get_connection", MailServer)
    with override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST="mail.network.cn",
        EMAIL_PORT=465,
        DEFAULT_FROM_EMAIL="office@network.cn",
    ):
        assert surrounding_checks.mail() == ok("The mail server mail.network.cn:465 lets us in.")
    with override_settings(EMAIL_BACKEND="elsewhere.Backend"):
        assert surrounding_checks.mail() == ok("Mail goes to elsewhere.Backend.")
    (tmp_path / "mail").write_text("in the way")
    with override_settings(
        EMAIL_BACKEND="django.core.mail.backends.filebased.EmailBackend",
        EMAIL_FILE_PATH=str(tmp_path / "mail"),
    ):
        assert surrounding_checks.mail() == fault(
            f"The folder {tmp_path / 'mail'} cannot be written.",
            "Let the account that serves the site own this folder.",
        )


def test_every_redis_is_asked(monkeypatch):
    """The one of the pages and the one of the messages; one that is silent is a fault."""
    asked = {}
    monkeypatch.setattr(surrounding_checks, "silence_of", lambda address, _seconds: asked.pop(address))
    with override_settings(REDIS_URL="redis://a/0", CELERY_BROKER_URL="rediss://b/1"):
        asked.update({"redis://a/0": None, "rediss://b/1": None})
        assert surrounding_checks.redis_server() == ok("Redis answers.")
        assert asked == {}
        asked.update({"redis://a/0": None, "rediss://b/1": OSError("gone")})
        assert surrounding_checks.redis_server().said == "Redis does not answer: gone"


def test_a_bucket_is_no_folder_to_back_up(tmp_path):
    """What lies in a store of its own is kept there."""
    with override_settings(MEDIA_ROOT=str(tmp_path / "media")):
        assert [name for name, _path in surrounding_checks.kept_folders()] == ["media", "reports"]
        with override_settings(
            STORAGES={"reports": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
        ):
            assert surrounding_checks.kept_folders() == [("media", tmp_path / "media")]


@pytest.mark.parametrize(
    ("megabytes", "level"),
    [(1024, Level.OK), (1023, Level.WARNING), (200, Level.WARNING), (199, Level.FAULT)],
)
def test_room(megabytes, level, tmp_path, monkeypatch):
    """A warning below 1 GB, a fault below 200 MB."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _place: Usage(0, 0, megabytes * 1024 * 1024))
    with override_settings(VAR=tmp_path):
        found = surrounding_checks.folders()
    assert found.level is level
    assert found.said.startswith(f"{megabytes} MB are free in ")


def test_a_folder_that_cannot_be_written(tmp_path):
    """A file stands where the folder should be, which stops root as well."""
    (tmp_path / "var").write_text("in the way")
    with override_settings(VAR=tmp_path / "var"):
        found = surrounding_checks.folders()
    assert found == fault(
        f"The folder {tmp_path / 'var'} cannot be written.",
        "Let the account that serves the site own this folder.",
    )
    assert os.listdir(tmp_path) == ["var"]


def test_fonts(tmp_path):
    """All there in the checkout, none in an empty folder."""
    assert surrounding_checks.fonts() == ok("The fonts of the reports are there, rare characters included.")
    with override_settings(FONT_DIR=tmp_path):
        assert surrounding_checks.fonts().level is Level.FAULT


def test_a_character_without_a_face_is_a_warning(monkeypatch):
    """Named by its code."""
    faces = SimpleNamespace(choose=lambda _texts: SimpleNamespace(missing=[{"code": "U+30000"}]))
    monkeypatch.setattr(surrounding_checks, "library", lambda _folder: faces)
    assert surrounding_checks.fonts() == warning(
        "Fonts of the reports are missing: no face for U+30000.", "Run “make frontend”."
    )


@pytest.mark.parametrize(
    ("header", "count", "level"),
    [
        (None, 0, Level.OK),
        (None, 1, Level.WARNING),
        (("HTTP_X_FORWARDED_PROTO", "https"), 0, Level.WARNING),
        (("HTTP_X_FORWARDED_PROTO", "https"), 1, Level.OK),
        (("HTTP_X_FORWARDED_PROTO", "https"), 3, Level.OK),
        (("HTTP_X_FORWARDED_PROTO", "https"), 4, Level.WARNING),
    ],
)
def test_proxies(header, count, level):
    """As far as the settings can tell."""
    with override_settings(SECURE_PROXY_SSL_HEADER=header, TRUSTED_PROXIES=count):
        assert surrounding_checks.proxies().level is level


def test_an_outage_between_two_checks_is_a_line_not_a_traceback(monkeypatch):
    """The command goes on to the next one."""

    def fail() -> Finding:
        raise OperationalError("server closed the connection\n\tmore")

    monkeypatch.setattr(doctor, "OF_THE_TABLES", [("worker", fail)])
    monkeypatch.setattr(doctor, "AROUND", [("late", lambda: warning("said", "do"))])
    found = [(name, each.level, each.said) for name, each in doctor.examine()]
    assert found[2:] == [
        ("worker", Level.FAULT, "Could not be looked at: server closed the connection"),
        ("late", Level.WARNING, "said"),
    ]

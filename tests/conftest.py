"""Fixtures that every test may use."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations as PostgresOperations
from django.db.backends.sqlite3.base import (
    DatabaseOperations,
)  # by way of base: the modules import each other
from django.template.backends.jinja2 import Template as Page
from django.test.signals import template_rendered
from django.utils import translation
from hypothesis import HealthCheck, settings

from background import jobs
from changes import runner
from instruments.availability.queries import keeping
from tests.lines import watched

# How quick examples are made says something of the machine, not of what is tested.
settings.register_profile("suite", suppress_health_check=[HealthCheck.too_slow], deadline=None)
settings.load_profile("suite")

WRITTEN = re.compile(r'(INSERT (OR \w+ )?INTO|UPDATE|DELETE FROM) "(instruments|members)_')
_sql_flush = DatabaseOperations.sql_flush
_sql_truncate = PostgresOperations.sql_flush


def _flush_past_the_guards(self, style, tables, *, reset_sequences=False, allow_cascade=False):
    """SQLite empties tables by DELETE, which the append-only guards refuse; migrate puts them back after it."""
    with self.connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name NOT LIKE 'catalogue_fts%'"
        )
        drops = [f'DROP TRIGGER "{row[0]}"' for row in cursor.fetchall()]
    return drops + _sql_flush(
        self, style, tables, reset_sequences=reset_sequences, allow_cascade=allow_cascade
    )


def _truncate_past_the_guards(self, style, tables, *, reset_sequences=False, allow_cascade=False):
    """PostgreSQL empties tables by TRUNCATE, which the same guards refuse; migrate puts them back after it."""
    with self.connection.cursor() as cursor:
        cursor.execute("SELECT tgname, tgrelid::regclass FROM pg_trigger WHERE tgname LIKE '%\\_truncate'")
        drops = [f"DROP TRIGGER {name} ON {table}" for name, table in cursor.fetchall()]
    return drops + _sql_truncate(
        self, style, tables, reset_sequences=reset_sequences, allow_cascade=allow_cascade
    )


def _render_and_tell(self, context=None, request=None):
    """Tell the test client what a page was drawn from, as Django does for templates of its own language."""
    context = {} if context is None else context
    drawn = _render(self, context, request)
    self.name = self.template.name
    template_rendered.send(sender=self, template=self, context=context)
    return drawn


_render = Page.render
Page.render = _render_and_tell
DatabaseOperations.sql_flush = _flush_past_the_guards
PostgresOperations.sql_flush = _truncate_past_the_guards


@pytest.fixture(autouse=True)
def _empty_cache():
    """No test sees another's cached counts or throttles."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def _index_of_free_time_anew(request):
    """Rows that tests write past the actions leave no trace, so whatever is written makes the index be read anew.

    Tests of the index itself ask for the fixture `kept_index`.
    """
    keeping.forget()

    def forget(execute, sql, params, many, context):
        if WRITTEN.match(sql):
            keeping.forget()
        return execute(sql, params, many, context)

    if "kept_index" not in request.fixturenames:
        connection.execute_wrappers.append(forget)
    yield
    if forget in connection.execute_wrappers:
        connection.execute_wrappers.remove(forget)
    keeping.forget()


@pytest.fixture
def kept_index():
    """The process keeps its index up by the logs alone, as it does in earnest."""


@pytest.fixture(autouse=True)
def _every_change_stands_in_line(monkeypatch):
    """Whatever a test changes, it does under the lock that this kind of change needs."""
    monkeypatch.setattr(runner, "_history", [watched(history) for history in runner._history])


@pytest.fixture(autouse=True)
def _own_language():
    """No test reads in the language that another one left behind."""
    translation.deactivate()
    yield
    translation.deactivate()


@pytest.fixture(autouse=True, scope="session")
def _no_second_writer():
    """SQLite's test database lies in memory, where a sign of life from another thread can block for ever."""
    if connection.vendor == "sqlite":
        jobs.BEAT_SECONDS = 3600.0


@pytest.fixture
def on_postgresql() -> bool:
    """Tell which of the two databases this run is on."""
    return connection.vendor == "postgresql"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Make the database for those who ask for one; at the end, end what threads of a live server or a race left open.

    Else PostgreSQL keeps the test database.
    """
    yield
    if connection.vendor != "postgresql":
        return
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        connection.close()

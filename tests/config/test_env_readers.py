"""Readers of the environment: what is blank, what is nonsense, what must be set."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env


def test_a_text_may_be_needed(monkeypatch):
    """Blank is as good as not set; without a default that is refused."""
    monkeypatch.setenv("TRIAL", "  here ")
    assert env.text("TRIAL") == "here"
    monkeypatch.setenv("TRIAL", "  ")
    assert env.text("TRIAL", "default") == "default"
    with pytest.raises(ImproperlyConfigured, match=r"^The environment variable TRIAL must be set\.$"):
        env.text("TRIAL")


@pytest.mark.parametrize(("given", "value"), [("", 7), (" ", 7), ("2", 2), (" 15 ", 15)])
def test_a_whole_number(monkeypatch, given, value):
    """The default where it is blank."""
    monkeypatch.setenv("TRIAL", given)
    assert env.integer("TRIAL", 7, least=2) == value


@pytest.mark.parametrize("given", ["1", "-3", "2.5", "many", "0x10"])
def test_nonsense_is_no_whole_number(monkeypatch, given):
    """Nor is what lies below the least."""
    monkeypatch.setenv("TRIAL", given)
    with pytest.raises(
        ImproperlyConfigured, match=f"^TRIAL must be a whole number of at least 2, not {given!r}"
    ):
        env.integer("TRIAL", 7, least=2)


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ("1", True),
        ("TRUE", True),
        ("yes", True),
        (" on ", True),
        ("0", False),
        ("False", False),
        ("no", False),
        ("OFF", False),
        ("", True),
    ],
)
def test_yes_or_no(monkeypatch, given, value):
    """In several words, whatever their case; the default where it is blank."""
    monkeypatch.setenv("TRIAL", given)
    assert env.boolean("TRIAL", default=True) is value


def test_maybe_is_neither_yes_nor_no(monkeypatch):
    """A wrong word must not switch anything."""
    monkeypatch.setenv("TRIAL", "maybe")
    with pytest.raises(ImproperlyConfigured, match=r"^TRIAL must be yes or no, not 'maybe'"):
        env.boolean("TRIAL", default=False)


def test_names_without_blanks(monkeypatch):
    """Set to nothing they are none, not the default."""
    monkeypatch.setenv("TRIAL", " a.example , ,b.example,")
    assert env.names("TRIAL") == ["a.example", "b.example"]
    monkeypatch.setenv("TRIAL", "")
    assert env.names("TRIAL", ["c.example"]) == []
    monkeypatch.delenv("TRIAL")
    assert env.names("TRIAL", ["c.example"]) == ["c.example"]
    with pytest.raises(ImproperlyConfigured, match=r"^The environment variable TRIAL must be set"):
        env.names("TRIAL")


def test_one_database_of_two_kinds(monkeypatch, tmp_path):
    """A file unless an address is given; anything but SQLite and PostgreSQL is refused."""
    monkeypatch.delenv("DATABASE_CONN_MAX_AGE", raising=False)
    monkeypatch.setenv("DATABASE_URL", "")
    embedded = env.database(tmp_path / "inner" / "db.sqlite3")
    assert (embedded["ENGINE"], embedded["NAME"], embedded["CONN_MAX_AGE"]) == (
        "django.db.backends.sqlite3",
        str(tmp_path / "inner" / "db.sqlite3"),
        60,
    )
    assert embedded["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert (tmp_path / "inner").is_dir()
    with pytest.raises(ImproperlyConfigured, match=r"^The environment variable DATABASE_URL must be set"):
        env.database(None)
    monkeypatch.setenv("DATABASE_URL", "postgresql://site:word@db.example:5433/shared")
    server = env.database(None)
    assert (server["HOST"], server["PORT"], server["NAME"], server["CONN_MAX_AGE"]) == (
        "db.example",
        5433,
        "shared",
        600,
    )
    assert server["CONN_HEALTH_CHECKS"] is True
    assert "init_command" not in server.get("OPTIONS", {})
    monkeypatch.setenv("DATABASE_URL", "mysql://site:word@db.example/shared")
    with pytest.raises(ImproperlyConfigured, match=r"^Only SQLite and PostgreSQL are supported, not .*mysql"):
        env.database(None)

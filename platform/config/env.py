"""Typed readers of the environment; each refuses nonsense loudly."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parents[2]
"""The checkout: the folder that holds manage.py."""


def text(name: str, default: str | None = None) -> str:
    """Return the variable; without a default it must be set and not blank."""
    value = os.environ.get(name, "").strip() or default
    if value is None:
        raise ImproperlyConfigured(f"The environment variable {name} must be set.")
    return value


def integer(name: str, default: int, *, least: int = 0) -> int:
    """Return the variable as a whole number of at least `least`."""
    raw = os.environ.get(name, "").strip()
    if not raw:
        return default
    if not raw.isdecimal() or int(raw) < least:
        raise ImproperlyConfigured(f"{name} must be a whole number of at least {least}, not {raw!r}.")
    return int(raw)


def boolean(name: str, *, default: bool) -> bool:
    """Return the variable as yes or no; anything but 1/true/yes/on and 0/false/no/off is refused."""
    raw = os.environ.get(name, "").strip().lower()
    if not raw:
        return default
    if raw in {"1", "true", "yes", "on"}:
        return True
    if raw in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be yes or no, not {raw!r}.")


def names(name: str, default: list[str] | None = None) -> list[str]:
    """Return a comma-separated variable as a list without blanks."""
    raw = os.environ.get(name)
    if raw is None:
        if default is None:
            raise ImproperlyConfigured(f"The environment variable {name} must be set.")
        return default
    return [part.strip() for part in raw.split(",") if part.strip()]


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    """Return the variable, one of those allowed."""
    value = os.environ.get(name, "").strip() or default
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(allowed)}, not {value!r}.")
    return value


def folder_address(name: str) -> str:
    """Return the variable as a path of an address that begins and ends with a slash; "" where it is not set."""
    value = os.environ.get(name, "").strip()
    if value and not (value.startswith("/") and value.endswith("/") and len(value) > 2):
        raise ImproperlyConfigured(
            f"{name} must begin and end with a slash, like /reports-inside/, not {value!r}."
        )
    return value


def bucket() -> dict[str, Any] | None:
    """Return the storage of reports in a bucket of an S3 store, or None where no bucket is named.

    Raises ImproperlyConfigured beside REPORT_ACCEL_LOCATION: the proxy cannot send what is not on its disk.
    """
    name = text("REPORT_BUCKET", "")
    if not name:
        return None
    if folder_address("REPORT_ACCEL_LOCATION"):
        raise ImproperlyConfigured("REPORT_BUCKET and REPORT_ACCEL_LOCATION exclude each other.")
    options = {
        "bucket_name": name,
        "endpoint_url": text("REPORT_BUCKET_ENDPOINT", "") or None,
        "access_key": text("REPORT_BUCKET_KEY"),
        "secret_key": text("REPORT_BUCKET_SECRET"),
        "file_overwrite": False,
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


def database(default_file: Path | None) -> dict[str, Any]:
    """Return Django's settings of the one database, from DATABASE_URL or the embedded file.

    SQLite runs in WAL mode and takes its write lock when a transaction begins, so that a check
    and the write after it see the same rows. PostgreSQL connections are kept and checked.
    Raises ImproperlyConfigured for any other engine, or where no default is allowed and the variable is missing.
    """
    url = os.environ.get("DATABASE_URL", "").strip()
    if not url:
        if default_file is None:
            raise ImproperlyConfigured("The environment variable DATABASE_URL must be set.")
        default_file.parent.mkdir(parents=True, exist_ok=True)
        url = f"sqlite:///{default_file}"
    settings: dict[str, Any] = dict(environ.Env.db_url_config(url))
    engine = settings["ENGINE"]
    if engine.endswith("sqlite3"):
        settings["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
                "PRAGMA cache_size=-16384; PRAGMA temp_store=MEMORY;"
            ),
        }
    if "postgresql" in engine:
        settings["CONN_HEALTH_CHECKS"] = True
    elif not engine.endswith("sqlite3"):
        raise ImproperlyConfigured(f"Only SQLite and PostgreSQL are supported, not {engine}.")
    # Opening SQLite anew costs 5 ms, and what it had read is read again; but a file that was restored is soon seen.
    settings["CONN_MAX_AGE"] = integer("DATABASE_CONN_MAX_AGE", 60 if engine.endswith("sqlite3") else 600)
    return settings

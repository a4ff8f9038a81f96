"""The environment: every variable that is read is explained in the template, and none that is not."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import StorageHandler

from config import env

ROOT = Path(__file__).resolve().parents[2]
READERS = {"text", "integer", "boolean", "names", "choice", "folder_address", "environment", "get", "getenv"}
SOURCES = [
    "platform/config/settings",
    "platform/config/env.py",
    "platform/config/celery.py",
    "platform/config/wsgi.py",
    "platform/background/management",
    "deploy/probe.py",
    "manage.py",
]
OF_THE_SYSTEM = {"PYTHONPATH"}
OF_COMPOSE = {"POSTGRES_PASSWORD", "TLS_FOLDER", "BACKUP_FOLDER"}
LINE = re.compile(r"^#?([A-Z][A-Z_]+)=", re.MULTILINE)


def read_in(source: str) -> set[str]:
    """Names of variables that a piece of code reads."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            value = node.args[0].value
            if (
                name in READERS | {"setdefault"}
                and isinstance(value, str)
                and re.fullmatch(r"[A-Z][A-Z_]+", value)
            ):
                found.add(value)
    return found


def all_read() -> set[str]:
    """Names of all variables that settings, serve and the probe read."""
    found = set()
    for place in SOURCES:
        path = ROOT / place
        for file in [path] if path.is_file() else path.rglob("*.py"):
            found |= read_in(file.read_text("utf-8"))
    return found


def test_reading_is_found():
    """In each of the ways the code has."""
    assert read_in('env.text("A_B")\nos.environ.get("C_D", "")\nenvironment("EF", "0")\nenv.choice("GH", "x", ())') == {
        "A_B", "C_D", "EF", "GH",
    }  # fmt: skip
    assert {"SECRET_KEY", "DATABASE_URL", "WEB_WORKERS", "LOG_FORMAT", "VAR_DIR"} <= all_read()


def test_the_template_explains_what_is_read_and_nothing_else():
    """Once each, below a sentence."""
    text = (ROOT / "deploy/environment.template").read_text("utf-8")
    told = LINE.findall(text)
    assert len(told) == len(set(told))
    assert set(told) - OF_COMPOSE == all_read() - OF_THE_SYSTEM


def test_what_compose_reads_is_explained():
    """Its own variables, all of them."""
    text = (ROOT / "deploy/compose.yaml").read_text("utf-8")
    assert set(re.findall(r"\$\{([A-Z_]+)", text)) == OF_COMPOSE


def test_every_required_variable_stands_uncommented():
    """Whoever fills in the lines that are there can start."""
    text = (ROOT / "deploy/environment.template").read_text("utf-8")
    needed = {
        "SECRET_KEY",
        "ALLOWED_HOSTS",
        "SITE_URL",
        "DATABASE_URL",
        "REDIS_URL",
        "EMAIL_HOST",
        "DEFAULT_FROM_EMAIL",
    }
    assert needed <= set(re.findall(r"^([A-Z_]+)=", text, re.MULTILINE))


@pytest.mark.parametrize(("given", "value"), [("", ""), ("/inside/", "/inside/")])
def test_a_folder_of_an_address(monkeypatch, given, value):
    """Empty, or with a slash at both ends."""
    monkeypatch.setenv("TRIAL", given)
    assert env.folder_address("TRIAL") == value


@pytest.mark.parametrize("given", ["inside", "/inside", "inside/", "//", "/"])
def test_nonsense_is_no_folder_of_an_address(monkeypatch, given):
    """It would open more than was meant, or nothing."""
    monkeypatch.setenv("TRIAL", given)
    with pytest.raises(ImproperlyConfigured, match="TRIAL must begin and end with a slash"):
        env.folder_address("TRIAL")


def test_a_choice(monkeypatch):
    """One of those allowed, the default where it is not set."""
    monkeypatch.setenv("TRIAL", " json ")
    assert env.choice("TRIAL", "line", ("line", "json")) == "json"
    monkeypatch.delenv("TRIAL")
    assert env.choice("TRIAL", "line", ("line", "json")) == "line"
    monkeypatch.setenv("TRIAL", "xml")
    with pytest.raises(ImproperlyConfigured, match="TRIAL must be one of line, json, not 'xml'"):
        env.choice("TRIAL", "line", ("line", "json"))


def test_reports_in_a_bucket(monkeypatch):
    """With its keys, and never beside a proxy that would look for the files on its disk; a real client is made."""
    assert env.bucket() is None
    monkeypatch.setenv("REPORT_BUCKET", "reports")
    monkeypatch.setenv("REPORT_BUCKET_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ImproperlyConfigured, match="REPORT_BUCKET_KEY must be set"):
        env.bucket()
    monkeypatch.setenv("REPORT_BUCKET_KEY", "key")
    monkeypatch.setenv("REPORT_BUCKET_SECRET", "secret")
    kept = StorageHandler({"reports": env.bucket()})["reports"]
    assert (kept.bucket_name, kept.endpoint_url, kept.file_overwrite) == (
        "reports",
        "http://127.0.0.1:9",
        False,
    )
    assert kept.bucket.meta.client.meta.endpoint_url == "http://127.0.0.1:9"
    monkeypatch.setenv("REPORT_ACCEL_LOCATION", "/reports-inside/")
    with pytest.raises(ImproperlyConfigured, match="exclude each other"):
        env.bucket()

"""The demonstration is no part of production: not installed there, and nothing needs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "config.settings.prod",
    "SECRET_KEY": "production-only-key-of-more-than-fifty-characters-for-every-signer",
    "ALLOWED_HOSTS": "example.org",
    "SITE_URL": "https://example.org",
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:5432/none",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "EMAIL_HOST": "mail.example.org",
    "DEFAULT_FROM_EMAIL": "network@example.org",
    "DEMO": "yes",
}
ASK = """
import sys
sys.modules["demo"] = None  # whoever imports it fails
import django
django.setup()
from django.apps import apps
from django.urls import get_resolver
from config.celery import app
get_resolver().url_patterns
app.loader.import_default_modules()
print(apps.is_installed("demo"), "demo.live" in app.conf.beat_schedule)
"""


def asked(**environment: str) -> str:
    given = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}", **environment}
    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=ROOT, env=given, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_production_starts_where_there_is_no_demonstration(tmp_path):
    assert asked(**PRODUCTION, VAR_DIR=str(tmp_path)) == "False False"


def test_so_does_the_embedded_default_where_it_is_switched_off(tmp_path):
    """As in the container's build, which leaves the folder out."""
    settings = {"DJANGO_SETTINGS_MODULE": "config.settings.dev", "DEMO": "no", "VAR_DIR": str(tmp_path)}
    assert asked(**settings) == "False False"

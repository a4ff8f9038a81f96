"""The frame of every page, the log-in pages and the error pages."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

PLATFORM = Path(settings.PLATFORM)
TEMPLATES = sorted(path for folder in ("frame", "templates") for path in (PLATFORM / folder).rglob("*.html"))
SPRITES = PLATFORM / "static" / "vendor" / ".sprites"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(PLATFORM)))
def test_templates_hold_nothing_that_the_content_policy_refuses(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=", text)
    assert not re.search(r"\son[a-z]+=", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"(?:src|href|action)=\"https?:", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(PLATFORM)))
def test_templates_name_only_icons_that_exist(path):
    assert SPRITES.exists(), "The browser libraries are copied by platform/frontend/vendor.py."
    known = set(
        re.findall(r'id="tabler-([a-z0-9-]+)"', (SPRITES / "outline.svg").read_text(encoding="utf-8"))
    )
    named = set(re.findall(r'\bicon[( ]"([a-z0-9-]+)"', path.read_text(encoding="utf-8")))
    assert named <= known


@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "429", "500"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_error_pages_say_what_happened_and_what_to_do(code, language):
    context = {} if code == "500" else {"request": RequestFactory().get("/nowhere/")}
    with translation.override(language):
        page = render_to_string(f"{code}.html", context)
    assert len(page.encode()) > 500
    assert page.count("<h1>") == 1
    assert 'href="/"' in page


def test_the_500_page_stands_alone():
    source = (PLATFORM / "frame" / "jinja2" / "500.html").read_text(encoding="utf-8")
    assert "extends" not in source
    assert "static" not in source.replace("no static manifest", "")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/accounts/login/", "/accounts/password/reset/", "/accounts/password/reset/done/"]
)
def test_log_in_pages_wear_the_frame(client, path):
    page = client.get(path).content.decode()
    assert 'class="form-box"' in page
    assert 'class="skip"' in page
    assert page.count("<h1>") == 1


@pytest.mark.django_db
def test_the_language_of_the_page_follows_the_reader(client):
    assert '<html lang="zh-hans"' in client.get("/accounts/login/").content.decode()
    english = client.get("/accounts/login/", headers={"Accept-Language": "en"}).content.decode()
    assert '<html lang="en"' in english
    assert "<h1>Sign in</h1>" in english


@pytest.mark.django_db
def test_the_theme_cookie_is_known_to_the_server(client):
    client.cookies["theme"] = "dark"
    assert 'data-bs-theme="dark"' in client.get("/accounts/login/").content.decode()


def test_htmx_is_told_not_to_evaluate(client):
    page = render_to_string("base.html", {"request": RequestFactory().get("/")})
    found = re.search(r"name=\"htmx-config\"\s+content='([^']+)'", page)
    assert found
    told = json.loads(found.group(1))
    assert told["allowEval"] is False
    assert told["includeIndicatorStyles"] is False


def test_the_package_lock_names_no_address():
    lock = json.loads((PLATFORM / "frontend" / "package-lock.json").read_text(encoding="utf-8"))
    text = json.dumps(lock)
    assert "resolved" not in text
    assert "://" not in text
    assert all("integrity" in package for name, package in lock["packages"].items() if name)

"""The home page of the demonstration network, as the README shows it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.conf import settings as site
from playwright.sync_api import expect

from demo.seed import seed

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

README_PICTURE = site.ROOT / "docs" / "home.png"
MOST_BYTES = 250_000
ANEW = bool(os.environ.get("README_PICTURE"))
"""Set README_PICTURE=1 to seed the whole network and write the picture of the README anew."""


def test_home_page_makes_a_small_picture(visit, tmp_path, settings):
    """The page stands still, whole, marked as invented, and light enough for the README."""
    settings.DEMO = True
    seed("full" if ANEW else "small", password="demo-password-1")
    picture = README_PICTURE if ANEW else tmp_path / "home.png"
    visitor = visit(language="en", width=1440, height=1000)
    page = visitor.go("/")
    expect(page.locator("main h1").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=picture, animations="disabled")
    _holds(picture)


def test_readme_shows_that_picture():
    """It is there, small, and named in the README."""
    assert f"docs/{README_PICTURE.name}" in (site.ROOT / "README.md").read_text(encoding="utf-8")
    _holds(README_PICTURE)


def _holds(picture: Path) -> None:
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size <= MOST_BYTES

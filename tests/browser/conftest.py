"""A real Chromium, and pages in it that forgive no error of script, style or policy."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from django.core.cache import caches
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.visitor import Visitor

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE_MS = 15_000


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser, started once; a machine without it fails, it does not skip."""
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    # The driver keeps an event loop in this thread; the tests' own database calls are plain all the same.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
    else:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


@pytest.fixture
def pages_kept(settings) -> None:
    """As people have it: what is kept must never show them what was before their own change."""
    settings.PAGES_ARE_KEPT = True
    for cache in caches.all(initialized_only=False):
        cache.clear()


@pytest.fixture
def visit(chromium, live_server, pages_kept) -> Iterator[Callable[..., Visitor]]:
    """Open the site as somebody new: `visit(language="en", width=390, script=False, theme="dark")`.

    At the end no page may have complained: no failed script, nothing the content policy stopped, no server error.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opened(
        *,
        language: str = "zh-CN",
        width: int = 1440,
        height: int = 900,
        script: bool = True,
        theme: str = "light",
        touch: bool = False,
    ) -> Visitor:
        context = chromium.new_context(
            base_url=live_server.url,
            locale=language,
            timezone_id="Asia/Shanghai",
            viewport={"width": width, "height": height},
            java_script_enabled=script,
            color_scheme=theme,
            has_touch=touch,
            accept_downloads=True,
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        _listen(page, complaints)
        return Visitor(page)

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def _listen(page: Page, complaints: list[str]) -> None:
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    page.on(
        "console",
        lambda message: (
            complaints.append(f"{page.url}: {message.text}")
            if message.type == "error" and "the server responded with a status of 4" not in message.text
            else None
        ),
    )
    page.on(
        "response",
        lambda answer: complaints.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None,
    )

"""Switching the language in the middle of a form."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.factories.members import PersonFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def visitor(visit):
    """Somebody signed in, reading English."""
    person = PersonFactory(email="reader@example.org")
    person.set_password("password")
    person.save()
    found = visit(language="en")
    found.sign_in(person.email)
    return found


def switch(page, language):
    """Press the other language, and wait for the page in it."""
    page.locator(f"form.lang button[value={language}]").click()
    expect(page.locator("html")).to_have_attribute("lang", language)


def test_what_was_typed_is_there_in_the_other_language(visitor):
    """Text, tick and choice; there and back again; nothing of it is kept for the next visit of the page."""
    page = visitor.go("/me/tokens/")
    page.locator("[name=name]").fill("看板 & board")
    page.locator("[name=may_write]").check()
    page.locator("[name=days]").select_option("365")
    for language in ("zh-hans", "en"):
        switch(page, language)
        expect(page.locator("[name=name]")).to_have_value("看板 & board")
        expect(page.locator("[name=may_write]")).to_be_checked()
        expect(page.locator("[name=days]")).to_have_value("365")
    visitor.go("/me/tokens/")
    expect(page.locator("[name=name]")).to_have_value("")


def test_a_refused_form_is_still_filled_in(visitor):
    """The page of the refusal has the address it was sent to."""
    page = visitor.go("/me/account/")
    page.locator("[name=phone]").fill("x" * 20)
    page.locator("main [name=phone]").evaluate("field => field.removeAttribute('maxlength')")
    page.locator("[name=phone]").fill("1" * 30)
    page.locator("main form button.btn-primary").click()
    expect(page.locator("[name=phone]")).to_have_value("1" * 30)
    switch(page, "zh-hans")
    expect(page.locator("[name=phone]")).to_have_value("1" * 30)


def test_passwords_are_kept_nowhere(visit):
    """The address stays, the password has to be typed again."""
    page = visit(language="en").go("/accounts/login/")
    page.locator("main [name=login]").fill("reader@example.org")
    page.locator("main [name=password]").fill("secret")
    switch(page, "zh-hans")
    expect(page.locator("main [name=login]")).to_have_value("reader@example.org")
    expect(page.locator("main [name=password]")).to_have_value("")
    assert "secret" not in page.evaluate("JSON.stringify({...sessionStorage})")


def test_without_scripts_the_query_stays(visit):
    """What a GET form asked for is in the address."""
    page = visit(language="en", script=False).go("/instruments/?q=XRD&page_size=")
    switch(page, "zh-hans")
    assert "q=XRD" in page.url

"""What the templates of pages are given."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.template import engines
from django.urls import NoReverseMatch
from django.utils import timezone, translation

PAGES = engines["jinja2"]


def drawn(source: str, **context: object) -> str:
    return PAGES.from_string(source).render(context)


def test_what_is_nobodys_own_is_escaped():
    assert drawn("{{ name }}", name="<b>") == "&lt;b&gt;"
    said = drawn("{% trans name=name %}Instruments of {{ name }}{% endtrans %}", name="<b>")
    assert said == "&lt;b&gt;的仪器"


def test_moments_are_written_in_the_readers_zone():
    """Half past four in the afternoon of Greenwich is half past midnight of the next day in Hohhot."""
    moment = dt.datetime(2026, 3, 4, 16, 30, tzinfo=dt.UTC)
    assert drawn("{{ moment|date('Y-m-d H:i') }}", moment=moment) == "2026-03-05 00:30"


def test_a_text_is_looked_up_in_each_language():
    """Kept by language: the second reader does not get the first one's words."""
    said = []
    for language in ("zh-hans", "en", "zh-hans"):
        with translation.override(language):
            said.append(drawn("{{ _('Instruments I keep') }}"))
    assert said == ["只看我负责的仪器", "Instruments I keep", "只看我负责的仪器"]


def test_nothing_is_none_also_where_its_owner_is_missing():
    assert drawn("{% if price.yuan is not none %}has{% else %}has not{% endif %}") == "has not"
    assert drawn("{% if price.yuan is none %}has not{% endif %}", price=None) == "has not"
    assert drawn("{% if price.yuan is not none %}has{% endif %}", price={"yuan": Decimal(0)}) == "has"


def test_a_method_that_is_not_called_is_told():
    with pytest.raises(TypeError, match="now"):
        drawn("{{ words.now }}", words=Words())


class Words:
    """Something with a method."""

    def now(self) -> str:
        """Say what time it is."""
        return timezone.now().isoformat()


def test_addresses():
    assert drawn("{{ url('portal:home') }}") == "/"
    assert drawn("{{ url_if_any('portal:nowhere') }}") == ""
    with pytest.raises(NoReverseMatch):
        drawn("{{ url('portal:nowhere') }}")
    assert drawn("{{ {'q': '稀土', 'n': 2}|urlencode }}") == "q=%E7%A8%80%E5%9C%9F&amp;n=2"
    assert drawn("{{ '稀 土'|urlencode }}") == "%E7%A8%80%20%E5%9C%9F"

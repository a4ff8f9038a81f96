"""The tags and filters as templates use them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
import time_machine
from django.conf import settings
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from display import illustrations, states
from folding.times import LOCAL

SPRITE = Path(settings.PLATFORM) / "static/img/instruments.svg"


def drawn(source: str, language: str = "zh-hans", **context: object) -> str:
    request = RequestFactory().get("/instruments/?q=XRD&unit=IMU&unit=IMAU&page=3")
    with translation.override(language):
        return Template("{% load display %}" + source).render(Context({"request": request, **context}))


def test_filters_follow_the_language_of_the_reader():
    source = "{{ worth|money_short }} {{ length|minutes }}"
    assert drawn(source, worth=Decimal(1386000), length=150) == "138.6 万元 2.5 小时"
    assert drawn(source, "en", worth=Decimal(1386000), length=150) == "¥1.39M 2.5 h"


@time_machine.travel(datetime(2026, 11, 20, tzinfo=UTC))  # a Friday
def test_time_range_reads_an_object_with_start_and_end():
    slot = SimpleNamespace(
        start=datetime(2026, 11, 25, 6, tzinfo=UTC), end=datetime(2026, 11, 25, 8, 30, tzinfo=UTC)
    )
    assert drawn("{{ slot|time_range }}", slot=slot) == "11月25日 周三 14:00–16:30"
    assert drawn("{{ slot.start|time_range:slot.end }}", "en", slot=slot) == "Wed 25 Nov 14:00–16:30"


def test_a_missing_figure_is_a_dash_and_never_zero():
    assert (
        drawn("{{ none|hours }} {{ none|money }} {{ none|number }} {{ none|local_date }}", none=None)
        == "– – – –"
    )


def test_names_fall_back_to_the_other_language():
    both = SimpleNamespace(name_zh="内蒙古大学", name_en="Inner Mongolia University")
    only = SimpleNamespace(name_zh="内蒙古大学", name_en="")
    assert drawn("{{ both|named }}", both=both) == "内蒙古大学"
    assert drawn("{{ both|named }}", "en", both=both) == "Inner Mongolia University"
    assert drawn("{{ only|named }}", "en", only=only) == "内蒙古大学"


def test_every_state_has_icon_tone_and_word():
    for code, look in states.LOOKS.items():
        badge = drawn("{% state_badge code %}", code=code)
        assert f"state-{look.tone}" in badge
        assert f"ti-{look.icon}" in badge
        assert str(look.word) in badge or badge.strip().endswith("</span>")


def test_an_unknown_state_is_neutral_with_its_raw_word():
    badge = drawn("{% state_badge 'mysterious' %}")
    assert "state-quiet" in badge
    assert ">mysterious</span>" in badge


def test_a_note_replaces_the_word_and_is_escaped():
    assert "&lt;b&gt;" in drawn("{% state_badge 'publicised' note=note %}", note="<b>")


def test_query_with_replaces_removes_and_returns_to_the_first_page():
    assert drawn("{% query_with sort='price' %}") == "?q=XRD&amp;unit=IMU&amp;unit=IMAU&amp;sort=price"
    assert drawn("{% query_with q='' %}") == "?unit=IMU&amp;unit=IMAU"
    assert drawn("{% query_with page=4 %}") == "?q=XRD&amp;unit=IMU&amp;unit=IMAU&amp;page=4"


@pytest.mark.parametrize(
    ("code", "drawing"),
    [
        ("010301", "x-ray-diffractometer"),
        ("010199", "electron-microscope"),
        ("011007", "sequencer"),
        ("011008", "biochemistry"),
        ("019900", "analysis"),
        ("990000", "generic"),
        ("", "generic"),
        (None, "generic"),
    ],
)
def test_the_longest_prefix_chooses_the_drawing(code, drawing):
    assert illustrations.drawing_for(code) == drawing


def test_every_drawing_is_in_the_sprite():
    ids = set(re.findall(r'<symbol id="([^"]+)"', SPRITE.read_text(encoding="utf-8")))
    assert {*illustrations.DRAWING_BY_PREFIX.values(), illustrations.GENERIC} <= ids


@pytest.mark.parametrize(
    ("part", "whole", "css"), [(1, 3, "w33"), (5, 4, "w100"), (0, 0, "w0"), (None, 4, "w0")]
)
def test_share_class_is_a_bounded_percentage(part, whole, css):
    assert drawn("{% share_class part whole %}", part=part, whole=whole) == css


@time_machine.travel(datetime(2026, 11, 20, tzinfo=UTC))
def test_a_range_never_breaks_inside_a_day():
    """One span for one day, two for two; the text stays escaped."""
    evening = SimpleNamespace(
        start=datetime(2026, 11, 25, 22, tzinfo=LOCAL),
        end=datetime(2026, 11, 26, 2, tzinfo=LOCAL),
    )
    assert drawn("{{ slot|time_range|unbroken }}", slot=evening) == (
        '<span class="nowrap">11月25日 周三 22:00</span> – <span class="nowrap">11月26日 周四 02:00</span>'
    )
    assert drawn("{{ text|unbroken }}", text="<b>") == '<span class="nowrap">&lt;b&gt;</span>'
    assert drawn("{{ slot.start|short_moment }}", "en", slot=evening) == "Wed 25 Nov 22:00"


@time_machine.travel(datetime(2026, 11, 20, tzinfo=UTC))  # a Friday
def test_an_interval_without_an_end_is_its_beginning():
    """Of something that is not over yet; and without either it is a dash."""
    start = datetime(2026, 11, 25, 6, tzinfo=UTC)
    assert drawn("{{ start|time_range:none }}", "en", start=start, none=None) == "25 Nov 2026, 14:00"
    assert drawn("{{ none|time_range }} {{ none|time_range:none }}", none=None) == "– –"
    assert drawn("{{ text|hours }}{{ none|weekday }}{{ none|short_day }}", text="many", none=None) == "–––"

"""Both languages are complete: the catalogue has no gap, and no template speaks past it."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from jinja2.ext import babel_extract

from display.management.commands.makemessages import KEYWORDS, OPTIONS

CATALOGUE = settings.PLATFORM / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
TEMPLATES = sorted(
    path
    for folder in ("members", "instruments", "evaluations", "platform")
    for path in (settings.ROOT / folder).rglob("*.html")
    if {"jinja2", "templates"} & set(path.parts) and not {"vendor", "node_modules"} & set(path.parts)
)
MARKED = re.compile(
    r"\{% comment %\}.*?\{% endcomment %\}|\{#.*?#\}"
    r"|\{%\s*(blocktranslate|trans)\b.*?\{%\s*end\1\s*%\}"
    r"|\{% block (?:full_width|main_class|body_class) %\}.*?\{% endblock %\}"
    r"|<(script|style)\b.*?</\2>|<!--.*?-->"
    r"|\{%.*?%\}|\{\{.*?\}\}",
    re.DOTALL,
)
READ_ALOUD = re.compile(r"""\b(?:alt|aria-label|placeholder|title)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
NAMES = (
    "Inner Mongolia Open Instruments",
    "内蒙古大型科研仪器开放共享",
    "IM Instruments",
    "内蒙古仪器共享",
    "内蒙古",
    "中文",
    "English",
    "EN",
)
"""What is called the same in both languages."""
PLAIN = re.compile(r"[A-Za-z]{3,}|[\u4e00-\u9fff]+")
TOKENS = re.compile(r"&[a-z]+;|openapi\.json|\b(?:PDF|XLSX|CSV|SHA-256|API|JSON|XRD|NRII)\b")


@pytest.fixture(scope="module")
def catalogue():
    """The Chinese catalogue."""
    with CATALOGUE.open("rb") as source:
        return read_po(source, locale="zh_Hans_CN", abort_invalid=True)


def test_every_sentence_is_translated(catalogue):
    """No empty translation, none only guessed, none left over; the same placeholders on both sides."""
    gaps, guesses, broken = [], [], []
    for message in catalogue:
        if not message.id:
            continue
        written = message.string if isinstance(message.string, tuple) else (message.string,)
        asked = message.id if isinstance(message.id, tuple) else (message.id,)
        if not all(written):
            gaps.append(asked[0])
        if message.fuzzy:
            guesses.append(asked[0])
        wanted = _placeholders(asked[-1])
        if any(_placeholders(text) - wanted for text in written):
            broken.append(asked[0])
    assert (gaps, guesses, broken) == ([], [], [])
    assert not catalogue.obsolete


def _placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)|\{(\w+)\}", text))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(settings.ROOT).as_posix())
def test_template_speaks_through_the_catalogue(catalogue, path: Path):
    """Every text a reader sees or hears is marked, and what is marked stands in the catalogue."""
    source = path.read_text(encoding="utf-8")
    calls = gettext_calls(path)
    missing = [text for context, text in calls if catalogue.get(text, context) is None]
    bare = MARKED.sub(" ", source)
    heard = [double or single for double, single in READ_ALOUD.findall(bare)]
    words = re.sub(r"<code>[a-z_]+</code>", " ", bare)  # names of columns are the same in both languages
    seen = re.sub(r"<[^>]*>", " ", words, flags=re.DOTALL)
    unmarked = [word for text in (seen, *heard) for word in PLAIN.findall(_without_names(text))]
    assert (missing, unmarked) == ([], [])


def gettext_calls(path: Path) -> list[tuple[str | None, str]]:
    """Context and text of each literal a template asks the catalogue for."""
    source = path.read_bytes()
    if "templates" in path.parts:
        found = re.findall(
            rb"""\{% translate (?:"([^"]+)"|'([^']+)')(?: context ["']([^"']+)["'])?""", source
        )
        return [(context.decode() or None, (double or single).decode()) for double, single, context in found]
    calls = []
    for _line, name, texts, _comments in babel_extract(BytesIO(source), KEYWORDS, (), OPTIONS):
        given = [text for text in (texts if isinstance(texts, tuple) else (texts,)) if text]
        calls.append((given[0], given[1]) if name in {"pgettext", "npgettext"} else (None, given[0]))
    return calls


def _without_names(text: str) -> str:
    for name in NAMES:
        text = text.replace(name, " ")
    return TOKENS.sub(" ", text)

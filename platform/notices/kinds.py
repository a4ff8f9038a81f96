"""The kinds of notice: each brings its sentences, with named placeholders, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from changes.errors import Sentence
from notices.topics import Topic
from notices.wording import shown, spans


@dataclass(frozen=True)
class NoticeKind:
    """One kind: the line that stands in the list and as the mail's subject, the text below it, and its topic."""

    code: str
    subject: Sentence
    body: Sentence
    topic: str = ""
    """By which people choose a daily mail; none: always told at once."""


@dataclass(frozen=True)
class Written:
    """A notice in words."""

    subject: str
    body: str


_KINDS: dict[str, NoticeKind] = {}
_STOPPED = re.compile(r"%\((\w+)\)s[.。]")
"""A placeholder with the full stop of its sentence behind it."""


def register(kind: str, *, subject: Sentence, body: Sentence, topic: str = "") -> None:
    """Add a kind; apps call this when they are loaded. Raises ValueError for other sentences under that name.

    The sentences are lazy translations with placeholders such as `%(instrument)s`; a percent sign is `%%`.
    """
    new = NoticeKind(kind, subject, body, topic)
    known = _KINDS.setdefault(kind, new)
    if known != new:
        raise ValueError(f"Two kinds of notice are called {kind}.")


def register_all(
    kinds: Mapping[str, tuple[Sentence, Sentence]], topics: Mapping[Topic, Collection[str]] | None = None
) -> None:
    """Add the kinds of an app: subject and body by name, and the names of those of each topic."""
    by_kind = {kind: topic for topic, members in (topics or {}).items() for kind in members}
    if unknown := by_kind.keys() - kinds.keys():
        raise ValueError(f"No kinds of notice: {sorted(unknown)}.")
    for kind, (subject, body) in kinds.items():
        register(kind, subject=subject, body=body, topic=by_kind.get(kind, ""))


def topic_of(kind: str) -> str:
    """Return the topic of a kind; none for one that is always told at once. Raises KeyError for an unknown kind."""
    return _KINDS[kind].topic


def registered() -> tuple[str, ...]:
    """Names of all kinds."""
    return tuple(_KINDS)


def write(kind: str, context: Mapping[str, Any], language: str) -> Written:
    """Put a notice into words; the language's translation must be active.

    `context` is what `wording.stored` made; an interval of `start` and `end` can be named as one `when`. Raises
    ValueError for an unknown kind or a missing placeholder.
    """
    known = _KINDS.get(kind)
    if known is None:
        raise ValueError(f"No kind of notice is called {kind}.")
    values = spans(context, language) | {name: shown(value, language) for name, value in context.items()}
    try:
        return Written(_filled(str(known.subject), values), _filled(str(known.body), values))
    except KeyError as error:
        raise ValueError(f"A notice of kind {kind} lacks {error.args[0]}.") from error


def _filled(sentence: str, values: Mapping[str, str]) -> str:
    """Fill a sentence; what somebody typed with a full stop ends once where the sentence has one after it."""
    ended = {name: values[name].rstrip(".。 ") for name in _STOPPED.findall(sentence)}
    return sentence % {**values, **ended}

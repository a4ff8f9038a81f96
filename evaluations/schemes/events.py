"""What happens to schemes."""

from __future__ import annotations

from dataclasses import dataclass

from changes import Recorded


@dataclass(frozen=True, kw_only=True)
class SchemeCreated(Recorded):
    """A scheme, or a new version of one, was written."""

    verb: str = "evaluations.scheme.created"


@dataclass(frozen=True, kw_only=True)
class SchemeChanged(Recorded):
    """A scheme that no round had used was changed."""

    verb: str = "evaluations.scheme.changed"

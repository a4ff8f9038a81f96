"""What happens to reply templates; each stands in the history under its verb."""

from __future__ import annotations

from dataclasses import dataclass

from changes import Recorded
from members.models import MemberUnit


@dataclass(frozen=True, kw_only=True)
class ReplySaved(Recorded):
    """A unit has a new template, or another text of one; `before` is None where it is new."""

    target: MemberUnit
    verb: str = "instruments.reply.saved"


@dataclass(frozen=True, kw_only=True)
class ReplyRemoved(Recorded):
    """A template is offered no more; what was written with it stays."""

    target: MemberUnit
    verb: str = "instruments.reply.removed"

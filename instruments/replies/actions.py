"""Actions room: saves and removes the reply templates of a unit."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.utils.translation import gettext_lazy as _

from changes import Work, unchanged
from changes.errors import Sentence
from changes.errors import filled as put
from instruments.replies.errors import InvalidReply, ReplyGone
from instruments.replies.events import ReplyRemoved, ReplySaved
from instruments.replies.models import ReplyTemplate
from instruments.replies.rules.replies import LONGEST_NAME, LONGEST_WORDS, MOST, strange_placeholders
from members.locks import lock_unit
from members.models import MemberUnit
from members.permissions import require


@dataclass(frozen=True)
class ReplyData:
    """What a template says."""

    name: str
    words_zh: str
    words_en: str = ""


def save_reply(
    work: Work,
    unit: MemberUnit,
    data: ReplyData,
    *,
    reply: ReplyTemplate | None = None,
    seen: int | None = None,
) -> ReplyTemplate:
    """Give a unit a new template, or a template another text; the same again changes nothing. Managers and stewards.

    Raises NotAllowed, StaleVersion, ReplyGone, InvalidReply with all wrong fields at once.
    """
    unit = lock_unit(work, unit.pk)
    require(work.actor, "edit_replies", unit)
    row = ReplyTemplate(unit=unit, version=0) if reply is None else _fresh(unit, reply, seen)
    data = ReplyData(*(value.strip() for value in asdict(data).values()))
    if wrong := _problems(unit, row, data):
        raise InvalidReply(wrong)
    before = None if reply is None else _facts(row)
    if before != asdict(data):
        row.name, row.words_zh, row.words_en = data.name, data.words_zh, data.words_en
        row.version += 1
        row.save()
        work.emit(ReplySaved(target=unit, before=before, after=_facts(row)))
    return row


def remove_reply(work: Work, reply: ReplyTemplate, *, seen: int | None = None) -> None:
    """Offer a template no more. Managers and stewards of its unit. Raises NotAllowed, StaleVersion, ReplyGone."""
    unit = lock_unit(work, reply.unit_id)
    require(work.actor, "edit_replies", unit)
    row = _fresh(unit, reply, seen)
    before = _facts(row)
    row.delete()
    work.emit(ReplyRemoved(target=unit, before=before))


def _fresh(unit: MemberUnit, reply: ReplyTemplate, seen: int | None) -> ReplyTemplate:
    row = ReplyTemplate.objects.filter(unit=unit, pk=reply.pk).first()
    if row is None:
        raise ReplyGone
    unchanged(row, seen)
    return row


def _problems(unit: MemberUnit, row: ReplyTemplate, data: ReplyData) -> dict[str, list[Sentence]]:
    wrong: dict[str, list[Sentence]] = {}
    others = ReplyTemplate.objects.filter(unit=unit).exclude(pk=row.pk)
    if not 1 <= len(data.name) <= LONGEST_NAME or "\0" in data.name:
        wrong["name"] = [put(_("Give it a name of 1 to %(most)s characters."), {"most": LONGEST_NAME})]
    elif others.filter(name=data.name).exists():
        wrong["name"] = [_("Another template of the unit is called that.")]
    elif row.pk is None and others.count() >= MOST:
        wrong["name"] = [put(_("A unit has at most %(most)s templates."), {"most": MOST})]
    for field, words, least in (("words_zh", data.words_zh, 1), ("words_en", data.words_en, 0)):
        if not least <= len(words) <= LONGEST_WORDS or "\0" in words:
            wrong[field] = [
                put(_("Write %(least)s to %(most)s characters."), {"least": least, "most": LONGEST_WORDS})
            ]
        elif strange := strange_placeholders(words):
            said = _(
                "Only {instrument}, {start} and {person} are filled in, each once; this is not: %(strange)s"
            )
            wrong[field] = [put(said, {"strange": ", ".join(strange)})]
    return wrong


def _facts(row: ReplyTemplate) -> dict[str, object]:
    return {"name": row.name, "words_zh": row.words_zh, "words_en": row.words_en}

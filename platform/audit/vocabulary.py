"""What the history's verbs mean, in words; one list for all rooms, since one list is read."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

VERBS: dict[str, Promise] = {
    "demo.booking.written": _("booking of the demonstration written"),
    "demo.network.seeded": _("demonstration network made"),
    "evaluations.refused": _("refused (evaluation)"),
    "evaluations.round.changed": _("round changed"),
    "evaluations.round.created": _("round begun"),
    "evaluations.round.finalised": _("round made final"),
    "evaluations.round.opened": _("collecting opened"),
    "evaluations.round.publicised": _("result publicised"),
    "evaluations.round.publicity_withdrawn": _("publicity withdrawn"),
    "evaluations.round.reopened": _("round taken back a step"),
    "evaluations.round.scored": _("round scored"),
    "evaluations.round.snapshot_abandoned": _("snapshot abandoned"),
    "evaluations.round.snapshot_done": _("snapshot taken"),
    "evaluations.round.snapshot_requested": _("snapshot asked for"),
    "evaluations.round.tie_decided": _("order of equals decided"),
    "evaluations.scheme.changed": _("scheme changed"),
    "evaluations.scheme.created": _("scheme created"),
    "evaluations.score.given": _("score given"),
    "evaluations.value.reported": _("value reported"),
    "instruments.booking.approved": _("booking approved"),
    "instruments.booking.cancelled": _("booking cancelled"),
    "instruments.booking.checked_in": pgettext_lazy("what was done", "checked in"),
    "instruments.booking.completed": pgettext_lazy("what was done", "checked out"),
    "instruments.booking.confirmed": _("booking confirmed at once"),
    "instruments.booking.declined": _("booking declined"),
    "instruments.booking.expired": _("request expired"),
    "instruments.booking.moved": _("booking moved"),
    "instruments.booking.no_show": _("booking missed"),
    "instruments.booking.requested": _("booking requested"),
    "instruments.class.renamed": _("class renamed"),
    "instruments.field.renamed": _("field renamed"),
    "instruments.instrument.changed": _("instrument changed"),
    "instruments.instrument.created": _("instrument added"),
    "instruments.instrument.state_changed": _("state of an instrument changed"),
    "instruments.opening.changed": _("opening times changed"),
    "instruments.policy.changed": _("booking rules changed"),
    "instruments.rate.set": _("price set"),
    "instruments.rate.taken_back": _("future price taken back"),
    "instruments.refused": _("refused (instruments)"),
    "instruments.stewardship.ended": _("stewardship ended"),
    "instruments.stewardship.given": _("steward named"),
    "instruments.usage.corrected": _("usage corrected"),
    "instruments.usage.recorded": _("usage recorded"),
    "members.person.changed": _("person changed"),
    "members.person.created": _("person added"),
    "members.person.invited": _("person invited"),
    "members.person.password_changed": _("password changed"),
    "members.refused": _("refused (members)"),
    "members.role.ended": _("role ended"),
    "members.role.given": _("role given"),
    "members.unit.changed": _("unit changed"),
    "members.unit.created": _("unit added"),
    "notices.announcement.changed": _("announcement changed"),
    "notices.announcement.created": _("announcement written"),
    "notices.announcement.deleted": _("announcement deleted"),
    "reporting.refused": _("refused (reports)"),
    "reporting.run.cancelled": _("report cancelled"),
    "reporting.run.done": _("report made"),
    "reporting.run.downloaded": _("report downloaded"),
    "reporting.run.failed": _("report failed"),
    "reporting.run.requested": _("report asked for"),
    "webapi.refused": _("refused (interface)"),
    "webapi.token.issued": _("access token issued"),
    "webapi.token.revoked": _("access token revoked"),
}


def in_words(verb: str) -> str:
    """Return a verb in the reader's language; one that nobody knows stays as it is."""
    return str(VERBS.get(verb, verb))

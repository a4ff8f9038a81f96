"""The history's verbs about units and people, in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Promise] = {
    "members.organisation.changed": _("organisation changed"),
    "members.organisation.merged": _("organisation merged into another"),
    "members.organisation.parted": _("merging of an organisation undone"),
    "members.organisation.registered": _("organisation registered"),
    "members.person.changed": _("person changed"),
    "members.person.created": _("person added"),
    "members.person.invited": _("person invited"),
    "members.person.transfer_asked": _("move to a unit asked for"),
    "members.person.password_changed": _("password changed"),
    "members.refused": _("refused (members)"),
    "members.role.ended": _("role ended"),
    "members.role.given": _("role given"),
    "members.unit.changed": _("unit changed"),
    "members.unit.created": _("unit added"),
}

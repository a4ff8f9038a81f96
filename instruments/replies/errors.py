"""Refusals of reply templates."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from changes.errors import Conflict, FieldsRefused


class InvalidReply(FieldsRefused):
    """Fields of a reply template are wrong."""

    code = "invalid_reply"
    message = _("Some fields of the template are wrong.")


class ReplyGone(Conflict):
    """The template was removed meanwhile."""

    code = "reply_gone"
    message = _("This template was removed in the meantime.")

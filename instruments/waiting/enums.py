"""Codes of wait lists."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class WaitState(TextChoices):
    """Where a wish on a wait list stands; the last three are its ends."""

    WAITING = "waiting", _("In line")
    OFFERED = "offered", pgettext_lazy("state of a booking", "Offered")
    SERVED = "served", pgettext_lazy("state on a wait list", "Served")
    EXPIRED = "expired", pgettext_lazy("state on a wait list", "Ended")
    WITHDRAWN = "withdrawn", pgettext_lazy("state on a wait list", "Withdrawn")


OPEN = (WaitState.WAITING, WaitState.OFFERED)
"""States in which a wish keeps its place in line."""


class Answer(TextChoices):
    """What became of an offer."""

    OPEN = "open", pgettext_lazy("answer to an offer", "Open")
    TAKEN = "taken", pgettext_lazy("answer to an offer", "Taken")
    LET_GO = "let_go", _("Let go")
    LAPSED = "lapsed", pgettext_lazy("answer to an offer", "Not answered")
    WITHDRAWN = "withdrawn", pgettext_lazy("state on a wait list", "Withdrawn")

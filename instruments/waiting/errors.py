"""Refusals of wait lists."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from changes.errors import Conflict, Refusal, filled

MOST_OPEN = 10
"""Wishes that one person may have open at a time."""
MOST_PLACES = 500
"""Instruments that one wish may be about."""


class TooManyWishes(Refusal):
    """The person waits for as much as anybody may."""

    code = "too_many_wishes"
    message = filled(
        _("You wait for %(most)s times already. Withdraw a wish before you add another."), {"most": MOST_OPEN}
    )


class AlreadyWaiting(Conflict):
    """The same wish of the same person is open."""

    code = "already_waiting"
    message = _("You wait for this already.")


class TimeIsFree(Conflict):
    """Nobody need wait for this."""

    code = "time_is_free"
    message = _("This time is free now: you can book it at once.")


class NothingServes(Refusal):
    """No instrument, or far too many, would serve a wish."""

    code = "nothing_serves"
    message = filled(
        _(
            "A wish is about 1 to %(most)s instruments that you may book. Choose a technique, a place or a unit."
        ),
        {"most": MOST_PLACES},
    )


class WrongWaitState(Conflict):
    """The wish has come to its end, or time is being offered for it."""

    code = "wrong_wait_state"
    message = _("This wish has ended, or time is being offered to you. Look at where it stands now.")

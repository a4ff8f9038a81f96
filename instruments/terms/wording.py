"""What the booking rules of an instrument limit, in sentences for whoever books."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from changes.errors import Sentence
from display.formats import minutes
from display.templatetags.display import named
from instruments.inventory.models import Instrument
from instruments.terms.enums import Attachments, Nights, OwnOverlaps
from instruments.terms.models import BookingPolicy
from instruments.terms.rules.bookers import categories_in
from members.enums import UserCategory

_FILES: dict[str, Sentence] = {
    Attachments.MAY: gettext_lazy("Files may be attached to a booking."),
    Attachments.MUST: gettext_lazy("A file has to be attached before a request is approved."),
}


def limits_in_words(policy: BookingPolicy) -> list[str]:
    """Return a sentence for each rule beyond length and time ahead that holds."""
    language = get_language()
    night = f"{policy.night_begins:%H:%M}–{policy.night_ends:%H:%M}"
    busy = f"{policy.peak_begins:%H:%M}–{policy.peak_ends:%H:%M}"
    said = [str(_FILES[policy.attachments])] if policy.attachments in _FILES else []
    if policy.lent_out:
        said.append(_("It is lent out for whole days; say where it is used."))
    said += _decided(policy) + _who(policy)
    apart = policy.buffer_before_minutes + policy.buffer_after_minutes
    if apart:
        said.append(_("%(length)s stay free between two bookings.") % {"length": minutes(apart, language)})
    if policy.own_gap_minutes:
        gap = minutes(policy.own_gap_minutes, language)
        said.append(_("Your own bookings lie at least %(length)s apart.") % {"length": gap})
    if policy.most_open is not None:
        said.append(_("At most %(n)s open bookings at a time.") % {"n": policy.most_open})
    for hours, sentence in (
        (policy.person_day_hours, _("At most %(n)s h a day for one person.")),
        (policy.person_week_hours, _("At most %(n)s h a week for one person.")),
        (policy.person_month_hours, _("At most %(n)s h a month for one person.")),
        (policy.group_day_hours, _("At most %(n)s h a day for one unit.")),
        (policy.group_week_hours, _("At most %(n)s h a week for one unit.")),
        (policy.group_month_hours, _("At most %(n)s h a month for one unit.")),
        (policy.night_week_hours, _("At most %(n)s h a week at night (%(span)s) for one person.")),
        (policy.peak_week_hours, _("At most %(n)s h a week in busy hours (%(busy)s) for one person.")),
    ):
        if hours is not None:
            said.append(sentence % {"n": hours, "span": night, "busy": busy})
    if policy.peak_longest_minutes is not None:
        longest = minutes(policy.peak_longest_minutes, language)
        said.append(
            _("At most %(length)s of one booking in busy hours (%(busy)s).")
            % {"length": longest, "busy": busy}
        )
    if policy.nights == Nights.CLOSED:
        said.append(_("No bookings at night (%(span)s).") % {"span": night})
    elif policy.nights == Nights.TWO:
        said.append(_("At night (%(span)s) only two people together.") % {"span": night})
    if policy.questions:
        said.append(_("The unit asks some questions when you book."))
    if policy.own_overlap == OwnOverlaps.REFUSE:
        said.append(_("Not while you hold the same time on another instrument."))
    return said


def _decided(policy: BookingPolicy) -> list[str]:
    """Say what of approval does not go without saying."""
    if not policy.approval_required:
        return []
    said = []
    if policy.approval_outsiders_only:
        said.append(_("Only people of other units wait for approval."))
    if policy.approval_over_hours:
        said.append(
            _("Only bookings longer than %(n)s h wait for approval.") % {"n": policy.approval_over_hours}
        )
    if policy.requests_hold_hours == 0:
        said.append(_("Several people may ask for the same time; the steward chooses."))
    elif policy.requests_hold_hours:
        hold = policy.requests_hold_hours
        said.append(_("A request holds its time for %(n)s h; then others may ask for it too.") % {"n": hold})
    return said


def _who(policy: BookingPolicy) -> list[str]:
    said = []
    chosen = categories_in(policy.open_to)
    if len(chosen) < len(UserCategory):
        names = [str(one.label) for one in UserCategory if one in chosen]
        said.append(_("Only for: %(who)s.") % {"who": pgettext("between names", ", ").join(names)})
    if policy.named_people:
        said.append(_("Only people named by the unit."))
    return said


def listed(instruments: Iterable[Instrument]) -> str:
    """Name instruments with their codes, one after the other."""
    return pgettext("between names", ", ").join(f"{named(one)} ({one.code})" for one in instruments)

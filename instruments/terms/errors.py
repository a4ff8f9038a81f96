"""Broken rules about time and terms, each a sentence a person can act on, with the facts as typed fields."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from django.utils.translation import gettext_lazy as _

from changes.errors import Sentence, filled


class Span(Protocol):
    """Half-open [start, end)."""

    @property
    def start(self) -> dt.datetime: ...
    @property
    def end(self) -> dt.datetime: ...


@dataclass(frozen=True)
class BrokenRule:
    """One broken rule: its code, the sentence, what was chosen and what the rule asks for.

    `held` is the time that somebody else holds, where that is what stands against the wish; `name` is what pages
    call the rule; `owner` is who made it, and `may_waive` whether whoever keeps the instrument may make an exception;
    `of` names the instrument where several are judged at once.
    """

    rule: str
    message: Sentence
    chosen: str = ""
    required: str = ""
    held: Span | None = None
    name: Sentence = ""
    owner: str = ""
    may_waive: bool = False
    of: str = ""


PROBLEMS: dict[str, Sentence] = {
    "interval": _("The end must be later than the start."),
    "too_short": _(
        "The booking is %(chosen)s minutes long; on this instrument it takes at least %(required)s minutes."
    ),
    "too_long": _(
        "The booking is %(chosen)s minutes long; on this instrument it takes at most %(required)s minutes."
    ),
    "step": _("Start and length go in steps of %(required)s minutes, counted from midnight."),
    "past": _("This time has already begun or is over."),
    "notice": _("This instrument is booked at least %(required)s minutes ahead."),
    "horizon": _("This instrument is booked at most %(required)s days ahead."),
    "opening_hours": _("The instrument is not open at this time; it is open %(required)s."),
    "closed": _("The instrument is closed on this day."),
    "holiday": _("The instrument is closed on public holidays: %(required)s."),
    "instrument_state": _("The instrument is not in service: %(chosen)s."),
    "unit_state": _("The owning unit does not take part in the network at present."),
    "sharing_mode": _("This instrument is shared within its own unit only."),
    "not_shared": _("This instrument is not shared; only its stewards can book it."),
    "category_closed": _("This instrument takes no bookings of your user category: %(chosen)s."),
    "not_named": _("Only people named by the unit book this instrument. Ask the contact person to be added."),
    "no_rate": _("No price is set for your user category on this day. Ask the steward to set one."),
    "no_station": _("This instrument has %(required)s stations; station %(chosen)s does not exist."),
    "purpose": _("Say in 1 to 300 characters what the time is for."),
    "companion": _("Name who comes along in at most 100 characters."),
    "purpose_kind": _("Choose one of the purposes offered."),
    "reason": _("Give a reason of at most 300 characters."),
    "words": _("Say it in 1 to %(required)s characters."),
    "answer": _("Answer the question “%(required)s”."),
    "night": _("At night (%(required)s) this instrument takes no bookings."),
    "night_alone": _("At night (%(required)s) two people work together: say who comes along."),
    "buffer": _("%(required)s minutes stay free between two bookings; another one is nearer."),
    "own_gap": _("Two bookings of one person lie at least %(required)s minutes apart here."),
    "own_elsewhere": _("The same time is held on another instrument for this person: %(required)s."),
    "most_open": _("This would be open booking %(chosen)s of this person here; %(required)s are allowed."),
    "person_day": _(
        "This would make %(chosen)s hours of this person on one day here; %(required)s are allowed."
    ),
    "person_week": _(
        "This would make %(chosen)s hours of this person in one week here; %(required)s are allowed."
    ),
    "person_month": _(
        "This would make %(chosen)s hours of this person in one month here; %(required)s are allowed."
    ),
    "group_day": _(
        "This would make %(chosen)s hours of this unit on one day here; %(required)s are allowed."
    ),
    "group_week": _(
        "This would make %(chosen)s hours of this unit in one week here; %(required)s are allowed."
    ),
    "group_month": _(
        "This would make %(chosen)s hours of this unit in one month here; %(required)s are allowed."
    ),
    "night_week": _(
        "This would make %(chosen)s hours of this person at night in one week here; %(required)s are allowed."
    ),
    "peak_week": _(
        "This would make %(chosen)s busy hours of this person in one week here; %(required)s are allowed."
    ),
    "peak_longest": _(
        "The booking takes %(chosen)s minutes of the busy hours; at most %(required)s are allowed."
    ),
    "attachment": _(
        "A file has to be with this request before it can be approved. Attach one on the page of the booking."
    ),
    "attachments_most": _(
        "At most %(required)s files are kept with a booking; with these it would be %(chosen)s."
    ),
    "attachments_none": _("No files are kept with bookings of this instrument."),
    "attachments_over": _("Files can be attached until the visit begins, to a booking that stands."),
    "attachment_size": _("A file has at most %(required)s MB and is not empty."),
    "goes_with": _(
        "This instrument is used only together with %(required)s. Book all of them as a set for the same time."
    ),
    "goes_along": _(
        "It is booked together with %(required)s. They move only together, on the same instruments, by whoever may "
        "move all of them."
    ),
    "along": _("%(chosen)s, which would move along: %(required)s"),
    "slot_taken": _("Part of this time is already taken: %(required)s."),
    "handed_to": _("Hand it to somebody else with an open account."),
    "handed_group": _("You hand it to people of your own unit or organisation; for others ask the steward."),
    "handed_set": _("A part of a set of bookings cannot be handed over by itself."),
    "unchanged": _("The booking stands at this very time already."),
    "cancel_cutoff": _("The last moment to cancel was %(required)s. Ask the steward."),
    "started": _("The booked time has already begun."),
    "check_in_early": _("Check-in opens at %(required)s."),
    "check_in_late": _("The booked time ended at %(required)s."),
    "shut": _("The instrument is closed at this time."),
    "check_out_time": _("The check-out lies between the check-in and now."),
}


TERMS: dict[str, Sentence] = {
    "period": _("Opening hours begin before they end, within one day."),
    "periods_overlap": _("Opening hours of one day do not overlap."),
    "limit": _("Choose a number from %(low)s to %(high)s."),
    "whole_steps": _("The shortest and the longest booking must be whole numbers of steps."),
    "longest_is_shorter": _("The longest booking is shorter than the shortest one."),
    "lent_step": _("What is lent out is booked in whole days: in steps of 1440 minutes."),
    "lent_no_show": _("Whoever fetches it has the whole first day: 1440 minutes."),
    "lent_nights": _("What is lent out stays out overnight, so nights cannot be closed."),
    "category": _("Choose one of the user categories."),
    "open_to": _("Choose at least one user category that may book."),
    "addresses": _("These are no e-mail addresses: %(wrong)s. Write one a line."),
    "too_many_named": _("Name at most %(most)s people."),
    "price": _("Give the price in yuan, 0 or more."),
    "price_day": _("A price begins today or later."),
    "hours_of_day": _("It ends at another time than it begins."),
    "known": _("Choose one of those offered."),
    "question": _(
        "Line %(line)s: write the question in at most %(longest)s characters, then, where it has them, 2 to %(most)s "
        "answers behind |, parted by /."
    ),
    "attachments": _("Files can be required only where bookings wait for approval."),
    "links": _("Name at most %(most)s instruments."),
    "unknown_codes": _("Your unit has no instrument in use with the code %(codes)s."),
    "link_to_itself": _("An instrument does not go with itself."),
    "links_further": _("%(code)s itself goes with %(others)s: name those too."),
    "links_behind": _("%(code)s goes with this instrument and would have to name %(others)s first."),
    "questions": _("Ask at most %(most)s questions, none of them twice."),
}
"""What is wrong with terms themselves, rather than with a wish."""


def problem(rule: str, *, chosen: object = "", required: object = "", held: Span | None = None) -> BrokenRule:
    """Make a Problem of a known rule; its sentence is put together when it is shown. Raises KeyError otherwise."""
    values = {"chosen": str(chosen), "required": str(required)}
    return BrokenRule(rule, filled(PROBLEMS[rule], values), str(chosen), str(required), held)

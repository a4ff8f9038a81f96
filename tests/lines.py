"""In whose line a change stands: in every test, what the history tells of was done under a lock of its kind."""

from __future__ import annotations

from changes import perform, runner

LINES = {
    "evaluations.round.": {"evaluations.round"},
    "evaluations.scheme.": {"evaluations.scheme"},
    "evaluations.score.": {"evaluations.round"},
    "evaluations.value.": {"evaluations.round"},
    "instruments.booking.": {"instruments.instrument"},
    "instruments.class.": {"instruments.instrumentclass"},
    "instruments.field.": {"instruments.applicationfield"},
    "instruments.holiday.": {"instruments.holiday"},
    "instruments.instrument.": {"instruments.instrument"},
    "instruments.opening.": {"instruments.instrument"},
    "instruments.policy.": {"instruments.instrument"},
    "instruments.rate.": {"instruments.instrument"},
    "instruments.stewardship.": {"instruments.instrument"},
    "instruments.unit_policy.": {"members.memberunit"},
    "instruments.usage.": {"instruments.instrument"},
    "instruments.wait.": {"instruments.waitentry"},
    "members.organisation.": {"members.organisation"},
    "members.person.": {"members.person"},
    "members.role.": {"members.memberunit", "members.person"},
    "members.unit.": {"members.memberunit"},
    "webapi.token.revoked": {"webapi.accesstoken"},
}
"""The kinds of which one is locked, by how the verb begins."""
NEW = {
    "instruments.holiday.set": set(),
    "evaluations.round.created": set(),
    "evaluations.scheme.created": set(),
    "instruments.instrument.created": {"members.memberunit"},
    "instruments.wait.joined": {"members.person"},
    "members.organisation.registered": set(),
    "members.person.created": set(),
    "members.unit.created": set(),
}
"""What was not there before cannot be locked; its number may need a line of its own."""


class OutOfLine(AssertionError):
    """A change wrote what it held no lock for."""


def watched(history: runner.History) -> runner.History:
    """Wrap the writer of the history: raise OutOfLine where a change did what it held no lock for."""

    def write(entries, change):
        held = {label for _rank, label, _pk in change.held}
        verbs = {event.verb for _actor, event in entries}
        # The first roles of a unit are given before anybody else can see it.
        for verb in verbs - ({"members.role.given"} if "members.unit.created" in verbs else set()):
            line = line_of(verb)
            if line and not line & held:
                raise OutOfLine(f"{verb} under {sorted(held) or 'no lock'}, not {' or '.join(sorted(line))}")
        return history(entries, change)

    return write


def line_of(verb: str) -> set[str]:
    """Return the kinds of which one must be locked; empty: any change may write this."""
    if verb in NEW or verb.endswith(".refused"):
        return NEW.get(verb, set())
    return next((line for start, line in LINES.items() if verb.startswith(start)), set())


def held(actor, action, *args, **kwargs) -> set[tuple[str, object]]:
    """Do it as one change, and return the rows that were locked by its end: kind and key."""

    def act(work):
        action(work, *args, **kwargs)
        return {(label, pk) for _rank, label, pk in work.change.held}

    return perform(actor, act)


def keys(*rows) -> set[tuple[str, object]]:
    """These rows and no others, as `held` names them."""
    return {(row._meta.label_lower, row.pk) for row in rows}

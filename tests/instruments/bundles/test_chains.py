"""The earliest chain, worked by hand: minutes after midnight, sets as whole numbers."""

from __future__ import annotations

import itertools
import random

import pytest

from instruments.bundles.rules.chains import (
    DAY,
    Placed,
    Step,
    at_once,
    earliest_chain,
    earliest_in_any_order,
    grid,
    minutes_between,
)


def every(step: int, *spans: tuple[int, int]) -> int:
    """Return the starts on a grid inside half-open spans."""
    return sum(1 << minute for begin, end in spans for minute in range(begin, end, step))


def test_grid_starts_afresh_at_each_midnight():
    assert grid(720, 2) == 1 | 1 << 720 | 1 << 1440 | 1 << 2160
    # 1000 does not divide the day: 0 and 1000, then 1440 and 2440.
    assert grid(1000, 2) == 1 | 1 << 1000 | 1 << 1440 | 1 << 2440
    assert grid(30, 3).bit_count() == 3 * 48


def test_minutes_between_is_half_open_and_begins_at_nought():
    assert minutes_between(2, 5) == 0b11100
    assert minutes_between(-4, 2) == 0b11
    assert minutes_between(5, 5) == minutes_between(7, 3) == 0


def test_steps_follow_each_other_with_the_pause_asked_for():
    # First step 60 minutes from 0 on; second, 30 long, free from 70 on every 10 minutes, 15 after the first: at 80.
    first, second = Step([(60, every(30, (0, 200)))]), Step([(30, every(10, (70, 300)))], least_pause=15)
    assert earliest_chain([first, second]) == [Placed(0, 0, 60), Placed(1, 80, 30)]


def test_earlier_steps_lie_close_to_the_end():
    # Nothing but 500 serves the second step, so the first waits until 420 rather than lie at 0.
    first, second = Step([(60, every(30, (0, 600)))]), Step([(30, 1 << 500)])
    assert earliest_chain([first, second]) == [Placed(0, 420, 60), Placed(1, 500, 30)]


def test_longest_pause_makes_the_first_step_wait():
    # The second is free at 90 and at 400 only; at most 20 minutes may lie between, and the first cannot end at 70–90.
    first = Step([(60, 1 << 0 | 1 << 330)])
    second = Step([(30, 1 << 90 | 1 << 400)], least_pause=5, most_pause=20)
    assert earliest_chain([first, second]) == [Placed(0, 330, 60), Placed(1, 400, 30)]
    assert earliest_chain([first, Step([(30, 1 << 90)], most_pause=20)]) is None
    # Exactly as long as allowed is allowed.
    assert earliest_chain([first, Step([(30, 1 << 90)], most_pause=30)]) == [
        Placed(0, 0, 60),
        Placed(1, 90, 30),
    ]


def test_several_at_once_begin_when_enough_are_free():
    options = [(60, 1 << 0 | 1 << 120), (60, 1 << 60 | 1 << 120), (90, 1 << 60)]
    assert at_once(options, 1) == [(60, 1 << 0 | 1 << 60 | 1 << 120), (90, 1 << 0 | 1 << 60 | 1 << 120)]
    # Two at once: 120 on the two short ones, 60 only with the long one, so the step takes 90 minutes then.
    assert at_once(options, 2) == [(60, 1 << 120), (90, 1 << 60 | 1 << 120)]
    assert at_once(options, 3) == []
    assert earliest_chain([Step(at_once(options, 2))]) == [Placed(0, 60, 90)]


def test_any_order_takes_the_one_that_is_over_first():
    late, early = Step([(60, 1 << 300)]), Step([(60, 1 << 0)], least_pause=600)
    assert earliest_chain([late, early]) is None
    assert earliest_in_any_order([late, early]) == [Placed(1, 0, 60), Placed(0, 300, 60)]


def test_any_order_never_puts_a_person_in_two_places():
    both = 1 << 0 | 1 << 60
    found = earliest_in_any_order([Step([(60, both)]), Step([(60, both)])])
    assert found is not None
    assert [(one.start, one.end) for one in found] == [(0, 60), (60, 120)]


def test_too_many_steps_for_every_order_are_refused():
    with pytest.raises(ValueError, match="every order"):
        earliest_in_any_order([Step([(1, 1)])] * 6)


def test_any_order_of_what_is_never_free_is_none():
    assert earliest_in_any_order([Step([(60, 0)])]) is None


def test_same_answer_as_trying_every_start():
    """The sets agree with a search that tries every start of every step, on a hundred drawn boards."""
    draw = random.Random(20261129)
    for _board in range(100):
        steps = []
        for _step in range(draw.randint(1, 3)):
            ways = [
                (length, sum(1 << minute for minute in draw.sample(range(0, 120, 5), 4)))
                for length in draw.sample((10, 15, 20, 30), draw.randint(1, 2))
            ]
            least = draw.choice((0, 5, 20))
            steps.append(Step(sorted(ways), least, draw.choice((None, least, least + 30))))
        tried = tried_one_by_one(steps)
        found = earliest_chain(steps)
        assert (found and found[-1].end) == tried
        if found:
            for one, other in itertools.pairwise(found):
                step = steps[other.number]
                pause = other.start - one.end
                assert pause >= step.least_pause
                assert step.most_pause is None or pause <= step.most_pause
            assert all(dict(steps[one.number].ways)[one.length] >> one.start & 1 for one in found)


def tried_one_by_one(steps: list[Step]) -> int | None:
    """Return the earliest end of all chains, by trying them all."""
    ends = {None}
    for step in steps:
        after = set()
        for length, starts in step.ways:
            for minute in range(2 * DAY):
                if starts >> minute & 1 and any(
                    end is None
                    or (
                        end + step.least_pause <= minute
                        and (step.most_pause is None or minute <= end + step.most_pause)
                    )
                    for end in ends
                ):
                    after.add(minute + length)
        if not after:
            return None
        ends = after
    return min(ends)

"""Award shares: worked cases and laws."""

import dataclasses
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluations.scoring.allocation import Claim, allocate, to_fen, weight_of
from evaluations.scoring.definition import SHARE_BY, AwardRule
from tests.evaluations.scoring.explained import UNALLOCATED_REASONS

D = Decimal
BY_SCORE = AwardRule({"excellent": D("1.5"), "good": D(1)}, "score")


def amounts(allocation):
    return {share.code: share.amount for share in allocation.shares}


def test_shares_follow_grade_weight_and_score():
    # Weights 1.5 × 90 = 135 and 1 × 80 = 80: 2150 yuan give 1350 and 800. The passing unit gets nothing.
    got = allocate(
        BY_SCORE,
        D(2150),
        [Claim("B", "good", D(80)), Claim("A", "excellent", D(90)), Claim("C", "pass", D(65))],
    )
    assert amounts(got) == {"A": D("1350.00"), "B": D("800.00")}
    assert (got.unallocated, got.unallocated_reason, got.allocated) == (D(0), "", D(2150))
    assert got.shares[0].weight == D(135)


def test_the_last_fen_goes_by_largest_remainder_then_by_code():
    # 100 yuan in three: 33.33⅓ each; the spare fen goes to the first code.
    three = [Claim(code, "good", D(80)) for code in "CAB"]
    assert amounts(allocate(BY_SCORE, D(100), three)) == {"A": D("33.34"), "B": D("33.33"), "C": D("33.33")}
    # 1 yuan over weights 70, 80, 90 (240): 29.1667, 33.3333, 37.5 fen; the spare fen goes to the .5.
    claims = [Claim("A", "good", D(70)), Claim("B", "good", D(80)), Claim("C", "good", D(90))]
    assert amounts(allocate(BY_SCORE, D(1), claims)) == {"A": D("0.29"), "B": D("0.33"), "C": D("0.38")}


def test_the_last_fen_goes_by_remainder_and_not_by_weight():
    # 10 fen over 52, 30, 18: 5.2, 3.0, 1.8. The highest weight has the smaller remainder; the spare fen goes to the .8.
    claims = [Claim("A", "good", D(52)), Claim("B", "good", D(30)), Claim("C", "good", D(18))]
    assert amounts(allocate(BY_SCORE, D("0.10"), claims)) == {"A": D("0.05"), "B": D("0.03"), "C": D("0.02")}


@given(
    fen=st.integers(1, 10_000),
    scores=st.lists(st.integers(1, 10_000), min_size=1, max_size=8, unique=True),
)
def test_nobody_gets_a_fen_over_a_larger_remainder(fen, scores):
    """Every share is its exact one rounded down or up, and those rounded up have the largest remainders."""
    claims = [Claim(f"U{place}", "good", D(score)) for place, score in enumerate(scores)]
    got = amounts(allocate(BY_SCORE, D(fen) / 100, claims))
    exact = {claim.code: Fraction(fen) * Fraction(claim.score) / sum(scores) for claim in claims}
    up = [exact[code] % 1 for code, amount in got.items() if to_fen(amount) == exact[code] // 1 + 1]
    down = [exact[code] % 1 for code, amount in got.items() if to_fen(amount) == exact[code] // 1]
    assert len(up) + len(down) == len(claims)
    assert not up or not down or min(up) >= max(down)


def test_base_sums_come_first_and_the_rest_is_shared():
    rule = AwardRule({"excellent": D(1), "good": D(1)}, "score_x_external_hours", {"excellent": D(60)})
    # 100 − 60 = 40 over 90 × 300 = 27,000 and 75 × 120 = 9,000: 30 and 10.
    got = allocate(rule, D(100), [Claim("A", "excellent", D(90), D(300)), Claim("B", "good", D(75), D(120))])
    assert [(share.base, share.performance, share.amount) for share in got.shares] == [
        (D(60), D(30), D(90)),
        (D(0), D(10), D(10)),
    ]
    assert not got.base_reduced


def test_a_capped_unit_leaves_its_rest_to_the_others():
    rule = dataclasses.replace(BY_SCORE, cap=D(50))
    # Weights 135, 60, 30: 120 yuan would give 72, 32, 16. A stays at 50; 70 over 60 : 30 is 46.67 and 23.33.
    claims = [Claim("A", "excellent", D(90)), Claim("B", "good", D(60)), Claim("C", "good", D(30))]
    got = allocate(rule, D(120), claims)
    assert amounts(got) == {"A": D(50), "B": D("46.67"), "C": D("23.33")}
    assert [share.capped for share in got.shares] == [True, False, False]
    # 135 yuan: 85 over B and C would give B 56.67, so B stays at 50 too, and C gets what is left.
    assert amounts(allocate(rule, D(135), claims)) == {"A": D(50), "B": D(50), "C": D(35)}


def test_what_no_one_can_take_is_reported():
    rule = dataclasses.replace(BY_SCORE, cap=D(50))
    got = allocate(rule, D(120), [Claim("A", "good", D(90)), Claim("B", "good", D(60))])
    assert (got.allocated, got.unallocated, got.unallocated_reason) == (D(100), D(20), "all_at_cap")
    nobody = allocate(rule, D(120), [Claim("A", "pass", D(90))])
    assert (nobody.shares, nobody.unallocated, nobody.unallocated_reason) == (
        (),
        D(120),
        "nobody_eligible",
    )
    assert {got.unallocated_reason, nobody.unallocated_reason} == set(UNALLOCATED_REASONS)


def test_a_budget_below_the_base_sums_is_divided_in_their_proportion():
    rule = AwardRule(BY_SCORE.grade_weights, "score", {"excellent": D(60), "good": D(30)})
    got = allocate(rule, D(30), [Claim("A", "excellent", D(90)), Claim("B", "good", D(80))])
    assert amounts(got) == {"A": D(20), "B": D(10)}
    assert got.base_reduced
    # An odd fen among equal base sums goes to the higher weight, not to the earlier code.
    two = allocate(rule, D("0.01"), [Claim("A", "good", D(70)), Claim("B", "good", D(80))])
    assert amounts(two) == {"A": D(0), "B": D("0.01")}


def test_without_any_weight_the_rest_is_shared_equally():
    rule = AwardRule({"excellent": D(1), "good": D(1)}, "external_hours", cap=D(40))
    idle = [Claim("A", "excellent", D(90)), Claim("B", "good", D(80))]
    assert amounts(allocate(rule, D(50), idle)) == {"A": D(25), "B": D(25)}
    # One worker at the cap; the remaining 60 goes equally to the two without hours.
    claims = [*idle, Claim("C", "good", D(80), D(100))]
    assert amounts(allocate(rule, D(100), claims)) == {"A": D(30), "B": D(30), "C": D(40)}


def test_no_budget_gives_nothing_and_everyone_zero():
    got = allocate(BY_SCORE, D(0), [Claim("A", "good", D(90))])
    assert (amounts(got), got.unallocated, got.unallocated_reason) == ({"A": D(0)}, D(0), "")


@pytest.mark.parametrize(
    ("share_by", "weight"),
    [("score", "135"), ("external_hours", "450"), ("score_x_external_hours", "40500"), ("equal", "1.5")],
)
def test_weight_of_a_claim(share_by, weight):
    rule = dataclasses.replace(BY_SCORE, share_by=share_by)
    assert weight_of(rule, Claim("A", "excellent", D(90), D(300))) == D(weight)
    assert weight_of(rule, Claim("A", "pass", D(90), D(300))) == D(0)


def test_bad_claims_and_budgets_are_refused():
    with pytest.raises(ValueError, match="claims twice"):
        allocate(BY_SCORE, D(1), [Claim("A", "good", D(1)), Claim("A", "good", D(1))])
    with pytest.raises(ValueError, match="is negative"):
        allocate(BY_SCORE, D(1), [Claim("A", "good", D(-1))])
    with pytest.raises(ValueError, match="whole, non-negative number of fen"):
        allocate(BY_SCORE, D("0.001"), [])
    with pytest.raises(ValueError, match="whole, non-negative number of fen"):
        to_fen(D(-1))


claims = st.lists(
    st.tuples(
        st.sampled_from(["excellent", "good", "pass", "fail"]),
        st.integers(0, 10_000).map(lambda n: D(n) / 100),
        st.one_of(st.just(D(0)), st.integers(0, 300_000).map(lambda n: D(n) / 100)),
    ),
    max_size=12,
).map(lambda rows: [Claim(f"U{n:02}", *row) for n, row in enumerate(rows)])
yuan = st.integers(0, 500_000).map(lambda n: D(n) / 100)


@st.composite
def rules(draw):
    weights = sorted([draw(st.integers(0, 300)), draw(st.integers(0, 300))], reverse=True)
    bases = sorted([draw(yuan), draw(yuan)], reverse=True)
    cap = draw(st.one_of(st.none(), yuan.map(lambda n: n + bases[0])))
    return AwardRule(
        {"excellent": D(weights[0]) / 100, "good": D(weights[1]) / 100},
        draw(st.sampled_from(SHARE_BY)),
        draw(st.sampled_from([{}, {"excellent": bases[0], "good": bases[1]}])),
        cap,
    )


@settings(max_examples=300)
@given(rules(), yuan, claims, st.randoms())
def test_awards_keep_their_laws(rule, budget, claims, random):
    got = allocate(rule, budget, claims)
    assert {share.code for share in got.shares} == {c.code for c in claims if c.grade in rule.grade_weights}
    # Sum: to the fen, unless everyone is at the cap or nobody is eligible; and then it is said.
    assert got.allocated + got.unallocated == budget
    if got.unallocated:
        assert got.unallocated_reason
        assert all(share.amount == rule.cap for share in got.shares)
    else:
        assert got.unallocated_reason == ""
    for share in got.shares:
        assert share.base >= 0
        assert share.performance >= 0
        assert share.amount == share.base + share.performance
        assert share.amount.as_tuple().exponent == -2
        assert share.capped is (share.amount == rule.cap)
        if rule.cap is not None:
            assert share.amount <= rule.cap
    # Monotone: with equal or higher base sum a higher weight never gets less.
    for one, other in combinations(got.shares, 2):
        for high, low in ((one, other), (other, one)):
            base_of = rule.base_sums.get
            if high.weight > low.weight and base_of(high.grade, D(0)) >= base_of(low.grade, D(0)):
                assert high.amount >= low.amount
    # Order-independent.
    random.shuffle(claims)
    assert allocate(rule, budget, claims) == got

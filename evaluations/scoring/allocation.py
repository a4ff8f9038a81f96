"""Award shares: a budget divided to the fen, by base sums and weights, under a cap.

Steps, all in whole fen:
1. Eligible are the objects whose grade has a weight in the rule.
2. Each gets its grade's base sum. If the budget is less than all base sums, it is divided in proportion to
   them.
3. The rest is divided in proportion to the weights (grade weight × score, external hours, both, or 1);
   whoever would pass the cap stays at it, and what it cannot take goes on to the others (water-filling).
4. If money remains although everyone with a weight is at the cap, those with weight 0 share it equally.
5. Fractions of a fen go by largest remainder; equal remainders by higher weight, then by code.

So the shares add up to the budget exactly, unless every eligible object is at the cap or nobody is
eligible; what is left then is reported. The order of the claims does not matter, no share passes the cap,
and with equal or higher base sum a higher weight never gets less.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from evaluations.scoring.definition import (
    SHARE_BY_EXTERNAL_HOURS,
    SHARE_BY_SCORE,
    SHARE_EQUALLY,
    AwardRule,
)

NOBODY_ELIGIBLE = "nobody_eligible"
ALL_AT_CAP = "all_at_cap"
ZERO = Decimal(0)


@dataclass(frozen=True)
class Claim:
    """One judged object: grade, score (points) and external hours of its instruments in scope."""

    code: str
    grade: str
    score: Decimal
    external_hours: Decimal = ZERO


@dataclass(frozen=True)
class Share:
    """What one eligible object gets (yuan, two decimals); amount = base + performance."""

    code: str
    grade: str
    weight: Decimal
    base: Decimal
    performance: Decimal
    amount: Decimal
    capped: bool


@dataclass(frozen=True)
class Allocation:
    """All shares by code, and what of the budget (yuan) is left and why.

    unallocated_reason: "", `nobody_eligible` or `all_at_cap`. base_reduced: the budget did not reach for
    all base sums.
    """

    budget: Decimal
    shares: tuple[Share, ...]
    unallocated: Decimal
    unallocated_reason: str = ""
    base_reduced: bool = False

    @property
    def allocated(self) -> Decimal:
        """The sum of all shares."""
        return sum((share.amount for share in self.shares), Decimal("0.00"))


def weight_of(rule: AwardRule, claim: Claim) -> Decimal:
    """The claim's weight in the performance part: the grade's weight × what the rule shares by."""
    grade_weight = rule.grade_weights.get(claim.grade, ZERO)
    if rule.share_by == SHARE_EQUALLY:
        return grade_weight
    if rule.share_by == SHARE_BY_SCORE:
        return grade_weight * claim.score
    if rule.share_by == SHARE_BY_EXTERNAL_HOURS:
        return grade_weight * claim.external_hours
    return grade_weight * claim.score * claim.external_hours


def allocate(rule: AwardRule, budget: Decimal, claims: Iterable[Claim]) -> Allocation:
    """Divide the budget (yuan, whole fen).

    Raises ValueError for a bad budget, a negative claim or a code that claims twice.
    """
    pot = to_fen(budget)
    eligible = sorted((c for c in claims if c.grade in rule.grade_weights), key=lambda claim: claim.code)
    if len({claim.code for claim in eligible}) != len(eligible):
        raise ValueError("an object claims twice")
    if any(claim.score < 0 or claim.external_hours < 0 for claim in eligible):
        raise ValueError("a claim is negative")
    base_sums = {grade: to_fen(base) for grade, base in rule.base_sums.items()}
    # Without a cap: a ceiling that neither a base sum nor the whole budget can reach.
    cap = pot + max(base_sums.values(), default=0) + 1 if rule.cap is None else to_fen(rule.cap)
    weights = {claim.code: weight_of(rule, claim) for claim in eligible}
    full_bases = {c.code: min(base_sums.get(c.grade, 0), cap) for c in eligible}
    needed = sum(full_bases.values())
    base_reduced = needed > pot
    bases = full_bases
    order = sorted(weights, key=lambda code: (-weights[code], code))
    if base_reduced:
        bases = fill(pot, {code: Fraction(full_bases[code]) for code in order}, full_bases)
    rest = pot - sum(bases.values())
    room = {code: cap - base for code, base in bases.items()}
    performance = fill(rest, {code: Fraction(weights[code]) for code in order}, room)
    rest -= sum(performance.values())
    if rest:
        idle = {code: Fraction(1) for code in order if not weights[code] and performance[code] < room[code]}
        extra = fill(rest, idle, room)
        performance = {code: sum_ + extra.get(code, 0) for code, sum_ in performance.items()}
        rest -= sum(extra.values())
    shares = tuple(
        _share(
            claim,
            weights[claim.code],
            base=bases[claim.code],
            performance=performance[claim.code],
            cap=cap,
        )
        for claim in eligible
    )
    reason = "" if not rest else (ALL_AT_CAP if eligible else NOBODY_ELIGIBLE)
    return Allocation(to_yuan(pot), shares, to_yuan(rest), reason, base_reduced)


def fill(pot: int, weights: Mapping[str, Fraction], room: Mapping[str, int]) -> dict[str, int]:
    """Divide `pot` fen in proportion to the weights, nobody above their room.

    All codes of `weights` are answered. Of equal remainders the code that stands earlier in `weights` comes
    first. What is not given out (all with a weight are full) is the difference to `pot`.
    """
    given = dict.fromkeys(weights, 0)
    # Who fills up first at a rising level: least room per weight.
    waiting = sorted((code for code in weights if weights[code] > 0), key=lambda c: room[c] / weights[c])
    left = pot
    total = sum((weights[code] for code in waiting), Fraction(0))
    for place, code in enumerate(waiting):
        if left * weights[code] < room[code] * total:
            open_codes = set(waiting[place:])
            codes = [candidate for candidate in weights if candidate in open_codes]
            return given | _largest_remainder(left, codes, weights, total)
        given[code] = room[code]
        left -= room[code]
        total -= weights[code]
    return given


def _largest_remainder(
    pot: int, codes: Sequence[str], weights: Mapping[str, Fraction], total: Fraction
) -> dict[str, int]:
    exact = {code: pot * weights[code] / total for code in codes}
    whole = {code: int(share) for code, share in exact.items()}
    spare = pot - sum(whole.values())
    # Sorting is stable: equal remainders keep the order of the codes.
    for code in sorted(codes, key=lambda c: whole[c] - exact[c])[:spare]:
        whole[code] += 1
    return whole


def _share(claim: Claim, weight: Decimal, *, base: int, performance: int, cap: int) -> Share:
    return Share(
        code=claim.code,
        grade=claim.grade,
        weight=weight,
        base=to_yuan(base),
        performance=to_yuan(performance),
        amount=to_yuan(base + performance),
        capped=base + performance == cap,
    )


def to_fen(yuan: Decimal) -> int:
    """Whole fen of a sum in yuan. Raises ValueError if it is negative or has parts of a fen."""
    fen = Fraction(yuan) * 100
    if fen < 0 or fen.denominator != 1:
        raise ValueError(f"{yuan} yuan is not a whole, non-negative number of fen")
    return int(fen)


def to_yuan(fen: int) -> Decimal:
    """Yuan with two decimals."""
    return Decimal(f"{fen}E-2")

"""User categories and credit codes, by hand."""

from __future__ import annotations

import pytest

from members.rules.categories import user_category
from members.rules.credit_code import clean_credit_code


@pytest.mark.parametrize(
    ("affiliation", "home", "owner", "category"),
    [
        ("member_unit", 1, 1, "internal"),
        ("member_unit", 1, 2, "member"),
        ("member_unit", None, 2, "member"),
        ("non_profit", None, 2, "non_profit"),
        ("enterprise", None, 2, "enterprise"),
        ("enterprise", 2, 2, "enterprise"),
    ],
)
def test_category_follows_affiliation_and_unit(affiliation, home, owner, category):
    """Inside the network the unit decides, outside it the affiliation."""
    assert user_category(affiliation, home, owner) == category


def test_unknown_affiliation_is_a_mistake():
    """Not guessed."""
    with pytest.raises(ValueError):
        user_category("friend", None, 1)


def test_credit_code_is_checked():
    """GB 32100-2015: 18 characters, the last a check digit modulo 31."""
    assert clean_credit_code(" 91110000600037341l ") == "91110000600037341L"
    for wrong in ("91110000600037342L", "9111000060003734", "IIIIIIIIIIIIIIIIII", ""):
        with pytest.raises(ValueError):
            clean_credit_code(wrong)

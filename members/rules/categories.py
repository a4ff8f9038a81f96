"""Rules room: which price category a user falls into at an instrument."""

from __future__ import annotations

from members.enums import Affiliation, UserCategory


def user_category(affiliation: str, home_unit_id: int | None, owning_unit_id: int) -> str:
    """Tell what a person is to the legal person that owns an instrument.

    One's own unit is `internal`, every other unit of the network `member`; outside the network
    the affiliation itself decides. Raises ValueError for an affiliation that is not known.
    """
    match Affiliation(affiliation):
        case Affiliation.NON_PROFIT:
            return UserCategory.NON_PROFIT.value
        case Affiliation.ENTERPRISE:
            return UserCategory.ENTERPRISE.value
    same = home_unit_id is not None and home_unit_id == owning_unit_id
    return UserCategory.INTERNAL.value if same else UserCategory.MEMBER.value

"""Two units with the same number and names of their own: what is asked of one never answers for the other."""

import pytest

from instruments.usage.queries.organisations import goals_for
from instruments.usage.queries.usage import current_by_number, proposed_number, wordings_of
from instruments.usage.queries.usage_list import instruments_of_unit, story_of
from tests.factories.instruments import UsageRecordFactory, make_instrument
from tests.factories.members import OrganisationFactory
from tests.instruments.moments import at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def houses():
    """An instrument and a record of each of two units, under the same number."""
    made = []
    for _time in range(2):
        instrument = make_instrument()
        record = UsageRecordFactory(
            instrument=instrument, unit=instrument.unit, record_id="K-1", start=at(-1, 9), end=at(-1, 11)
        )
        made.append((instrument, record))
    return made


def test_a_number_is_that_of_its_unit(houses):
    """Its story, its version, what it replaces."""
    for instrument, record in houses:
        unit = instrument.unit_id
        assert story_of(record) == [record]
        assert wordings_of(unit, "K-1") == 1
        assert current_by_number([instrument], ["K-1", "K-2"]) == {(unit, "K-1"): record}


def test_a_number_that_another_unit_gave_is_free(houses):
    """The same text again is taken in the unit that gave it alone."""
    (instrument, _mine), (_other, theirs) = houses
    number = proposed_number(instrument, 1, at(-2, 9))
    UsageRecordFactory(
        instrument=theirs.instrument, unit=theirs.unit, record_id=number, start=at(-3, 9), end=at(-3, 10)
    )
    assert proposed_number(instrument, 1, at(-2, 9)) == number
    UsageRecordFactory(
        instrument=instrument, unit=instrument.unit, record_id=number, start=at(-2, 9), end=at(-2, 10)
    )
    assert proposed_number(instrument, 1, at(-2, 9)) == f"{number}-2"


def test_a_unit_records_on_its_own_instruments(houses):
    """Retired ones too; no other unit's."""
    (instrument, _mine), _other = houses
    old = make_instrument(unit=instrument.unit, state="retired")
    assert set(instruments_of_unit(instrument.unit)) == {instrument, old}


def test_a_name_is_merged_into_what_its_unit_can_see(houses):
    """Units, registered organisations, its own other names; never a name that another unit typed."""
    (one, mine), (two, _theirs) = houses
    registered = OrganisationFactory(name_zh="甲厂")
    own = OrganisationFactory(name_zh="乙厂", private_to=one.unit, kind="")
    OrganisationFactory(name_zh="丙厂", private_to=two.unit, kind="")
    found = {one.unit.served_as, two.unit.served_as, registered, own, mine.served}
    assert set(goals_for(one.unit)) == found

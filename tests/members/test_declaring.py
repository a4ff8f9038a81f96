"""Rules of right are declared once, and answer also for what they were not made for."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from instruments.inventory.permissions import stewarded_by
from members.permissions import can, declare


def test_two_rules_for_one_verb_are_refused():
    """The first one stays, and still says no."""
    with pytest.raises(ValueError, match="Two rules for the verb 'manage_unit'"):
        declare("elsewhere", {"manage_unit": lambda person, obj: True})
    assert can(AnonymousUser(), "manage_unit") is False


@pytest.mark.django_db
def test_nobody_keeps_anything_and_nothing_is_no_instrument():
    """Whoever is not signed in is steward of nothing; what is no instrument is shown to nobody as one."""
    assert stewarded_by(AnonymousUser()) == frozenset()
    assert can(AnonymousUser(), "view_instrument", "IMU-1") is False

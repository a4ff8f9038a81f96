"""A microscope that is used only with its cooling stage."""

from __future__ import annotations

import pytest

from changes import perform
from instruments.inventory.models import Instrument
from instruments.terms.actions.links import set_links
from tests.factories.instruments import make_instrument
from tests.factories.members import make_manager

OFFICE = {"workdays": (8, 18)}


@pytest.fixture
def scope():
    """A microscope, used only with its stage."""
    return make_instrument(code="AAA-SCOPE", name_en="Microscope", **OFFICE)


@pytest.fixture
def stage(scope):
    """The cooling stage, which may be used alone; its unit decides on every booking."""
    return make_instrument(
        code="AAA-STAGE",
        name_en="Cooling stage",
        unit=scope.unit,
        policy={"approval_required": True, "longest_minutes": 240},
        **OFFICE,
    )


@pytest.fixture
def pair(scope, stage):
    """Both, linked."""
    perform(make_manager(scope.unit), set_links, scope, ["AAA-STAGE"])
    return tuple(
        Instrument.objects.select_related("unit__policy", "policy").get(pk=one.pk) for one in (scope, stage)
    )

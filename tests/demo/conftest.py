"""The invented network, made once for each module and taken back at its end."""

from __future__ import annotations

import pytest
from django.db import transaction

from demo.seed import seed
from tests.transactions import outermost


def made(size, django_db_blocker):
    with django_db_blocker.unblock(), outermost():
        yield seed(size, password="demo-password-1")
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def small_network(django_db_setup, django_db_blocker):
    """A network of 5 units and 40 instruments."""
    yield from made("small", django_db_blocker)


@pytest.fixture(scope="module")
def full_network(django_db_setup, django_db_blocker):
    """The network as the demo shows it."""
    yield from made("full", django_db_blocker)

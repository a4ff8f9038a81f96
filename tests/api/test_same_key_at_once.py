"""One key sent many times at once books once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.db import connection

from instruments.booking.models import Booking
from tests.api.calling import Caller, is_problem
from tests.api.test_bookings import NOW, wish
from tests.factories.instruments import make_instrument
from tests.factories.members import PersonFactory
from webapi.models import StoredAnswer

WIDTH = 8


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_one_key_sent_at_once_books_once():
    """Every answer is the one booking, or says that it is still in flight; a later call gets the booking."""
    with time_machine.travel(NOW, tick=False):
        caller = Caller(PersonFactory())
        bodies = [wish(make_instrument()) for _round in range(3)]

        def call(number):
            try:
                sender = Caller()
                sender.token = caller.token
                return sender.post("bookings/", bodies[number // WIDTH], key=f"k-{number // WIDTH}")
            finally:
                connection.close()

        with ThreadPoolExecutor(WIDTH) as pool:
            answers = list(pool.map(call, range(WIDTH * len(bodies))))
        for number, body in enumerate(bodies):
            said = answers[number * WIDTH : (number + 1) * WIDTH]
            made = {answer.json()["id"] for answer in said if answer.status_code == 201}
            assert len(made) == 1
            for answer in said:
                if answer.status_code != 201:
                    assert is_problem(answer, 409)
                    assert "Retry-After" in answer.headers
            assert caller.post("bookings/", body, key=f"k-{number}").json()["id"] in made
        assert Booking.objects.count() == StoredAnswer.objects.count() == len(bodies)

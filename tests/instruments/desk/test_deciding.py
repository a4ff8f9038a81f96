"""Several requests are decided on at once: each a change of its own, and of each that fails it is said why."""

from __future__ import annotations

import pytest

from audit.models import Entry
from instruments.booking.enums import BookingState
from instruments.booking.models import BookingSeries
from notices.models import Notice
from tests.factories.instruments import BookingFactory, make_instrument
from tests.factories.members import PersonFactory
from tests.instruments.moments import at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
EN = {"accept-language": "en"}


@pytest.fixture
def asked_three(xrd):
    """Three requests of three people."""
    return [
        BookingFactory(
            instrument=xrd,
            person=PersonFactory(),
            state=BookingState.REQUESTED,
            start=at(day, 10),
            expires_at=at(day, 8),
        )
        for day in (1, 2, 3)
    ]


@pytest.fixture
def send(client, steward):
    """Decide as the steward, following to the desk."""
    client.force_login(steward)

    def sent(verb, rows, **more):
        chosen = [row if isinstance(row, str) else f"{row.pk}:{row.version}" for row in rows]
        said = {"verb": verb, "chosen": chosen, **more}
        return client.post("/desk/decide/", said, headers=EN, follow=True).content.decode()

    return sent


def states(rows) -> list[str]:
    """Return them as the database has them."""
    for row in rows:
        row.refresh_from_db()
    return [row.state for row in rows]


def test_approved_together(send, asked_three):
    """What was not ticked waits on; each person is told of their own."""
    page = send("approve", asked_three[:2])
    assert "2 requests are approved." in page
    assert states(asked_three) == ["confirmed", "confirmed", "requested"]
    told = Notice.objects.filter(kind="booking_approved").values_list("person", flat=True)
    assert sorted(told) == sorted(row.person_id for row in asked_three[:2])
    assert Entry.objects.filter(verb="instruments.booking.approved").count() == 2


def test_declined_with_one_reason(send, asked_three):
    """Each reads it; without one nothing happens, nor with a longer one than can be kept."""
    for reason in ("", "  ", "x" * 301):
        send("decline", asked_three, reason=reason)
        assert states(asked_three) == ["requested"] * 3
    assert "1 request is declined." in send("decline", asked_three[:1], reason="样品不合适")
    assert states(asked_three) == ["declined", "requested", "requested"]
    assert asked_three[0].reason == "样品不合适"


def test_one_that_fails_keeps_nobody_from_the_rest(send, asked_three):
    """Changed since it was seen: named with why; the others are done."""
    stale = asked_three[1]
    page = send("approve", [asked_three[0], f"{stale.pk}:7", asked_three[2]])
    assert "2 requests are approved." in page
    assert str(stale.person) in page
    assert "Someone has changed this in the meantime." in page
    assert states(asked_three) == ["confirmed", "requested", "confirmed"]


def test_what_is_shut_then_goes_on_waiting(send, asked_three, xrd):
    """A rule that stands against one is told."""
    xrd.state = "under_repair"
    xrd.save()
    page = send("approve", asked_three[:1])
    assert str(asked_three[0].person) in page
    assert states(asked_three)[0] == "requested"


def test_what_is_not_there(send, asked_three):
    """Another unit's request, nonsense, one decided already."""
    other = BookingFactory(instrument=make_instrument(), state=BookingState.REQUESTED, start=at(1, 10))
    page = send("approve", [other, "nonsense", "a:b", asked_three[0]])
    assert page.count("A request that was ticked is not there any more.") == 3
    assert states([other, asked_three[0]]) == ["requested", "confirmed"]
    assert "not possible" in send("approve", [f"{asked_three[0].pk}:2"])


def test_ones_own_is_left_to_others(send, xrd, steward):
    """Whoever asked does not decide."""
    own = BookingFactory(instrument=xrd, person=steward, state=BookingState.REQUESTED, start=at(1, 10))
    send("approve", [own])
    assert states([own]) == ["requested"]


def test_a_series_is_one(send, xrd):
    """All of it, by its own version."""
    person = PersonFactory()
    series = BookingSeries.objects.create(instrument=xrd, person=person, rule="FREQ=WEEKLY;COUNT=2")
    rows = [
        BookingFactory(
            instrument=xrd, person=person, series=series, state=BookingState.REQUESTED, start=at(day, 10)
        )
        for day in (1, 8)
    ]
    assert "1 request is approved." in send("approve", [f"{rows[0].pk}:2"])
    assert states(rows) == ["confirmed", "confirmed"]
    again = [
        BookingFactory(
            instrument=xrd, person=person, series=series, state=BookingState.REQUESTED, start=at(day, 15)
        )
        for day in (1, 8)
    ]
    # Two that are confirmed count two each, two that wait one each.
    assert "1 request is declined." in send("decline", [f"{again[0].pk}:6"], reason="满了")
    assert states(again) == ["declined", "declined"]


def test_nothing_ticked_and_no_verb(send, client, steward):
    """Said so; an unknown verb is no address; a GET leads to the desk; a foreign page is not gone to."""
    assert "Nothing is ticked." in send("approve", [])
    assert client.post("/desk/decide/", {"verb": "sell"}).status_code == 404
    assert client.get("/desk/decide/").status_code == 302
    said = {"verb": "approve", "next": "https://elsewhere.example/"}
    assert client.post("/desk/decide/", said)["Location"] == "/desk/#to-decide"
    assert client.post("/desk/decide/", said | {"next": "/desk/?all=1"})["Location"] == "/desk/?all=1"


def test_the_desk_offers_it_for_several(client, steward, asked_three):
    """A tick for each, with its version; for one alone there is none."""
    client.force_login(steward)
    page = client.get("/desk/", headers=EN).content.decode()
    assert page.count('name="chosen"') == 3
    assert f'value="{asked_three[0].pk}:1"' in page
    for row in asked_three[1:]:
        row.state = BookingState.DECLINED
        row.save()
    assert 'name="chosen"' not in client.get("/desk/", headers=EN).content.decode()

"""The basket and the page of a set: what is typed stays, what is wrong is said at its field."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from instruments.booking.models import Booking
from instruments.bundles.models import BookingBundle
from instruments.bundles.queries.bundles import parts_of
from tests.factories.instruments import BookingFactory, InstrumentClassFactory, make_instrument
from tests.instruments.moments import at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
BASKET, BOOK = "/basket/", "/basket/book/"


@pytest.fixture
def saw():
    """Monday to Friday 8 to 18."""
    return make_instrument(code="AAA-SAW", workdays=(8, 18))


@pytest.fixture
def probe():
    """The same hours, with approval."""
    return make_instrument(code="BBB-PROBE", workdays=(8, 18), policy={"approval_required": True})


@pytest.fixture
def reader(client, member):
    """The client, signed in as a researcher."""
    client.force_login(member)
    return client


@pytest.fixture
def filled(reader, saw, probe):
    """A basket of two steps."""
    for one in (saw, probe):
        assert (
            reader.post(reverse("instruments:basket_add", args=[one.code]), {"minutes": "60"}).status_code
            == 302
        )
    return reader


def steps(*rows, **choices):
    """What the form of the basket sends."""
    data = {"step-TOTAL_FORMS": len(rows), "step-INITIAL_FORMS": len(rows), "in_order": "on"}
    data |= {"first": "2026-03-02", "last": "2026-03-08"} | choices
    for number, row in enumerate(rows):
        said = {"count": "1", "hours": "1", "least": "0", "most": ""} | row
        data |= {f"step-{number}-{name}": value for name, value in said.items()}
    return data


def text(answer):
    """The words of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def chains(answer):
    """What the radio buttons would book."""
    return re.findall(r'name="chain"\s+value="([^"]+)"', answer.content.decode())


def test_empty_basket_says_how_to_fill_it(reader):
    """And leads to the finder."""
    answer = reader.get(BASKET)
    assert answer.status_code == 200
    assert reverse("instruments:find") in answer.content.decode()


def test_collected_steps_are_found_and_booked(filled, member):
    """From two buttons to a set: the saw from 10:00, then the probe."""
    answer = filled.get(BASKET)
    first = chains(answer)[0]
    assert first == (
        "1|AAA-SAW|2026-03-02T02:00:00+00:00|2026-03-02T03:00:00+00:00;"
        "2|BBB-PROBE|2026-03-02T03:00:00+00:00|2026-03-02T04:00:00+00:00"
    )
    answer = filled.post(
        BOOK, {"chain": first, "when_lost": "all", "purpose_kind": "research", "purpose": "稀土"}
    )
    made = BookingBundle.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/bundles/{made.pk}/")
    assert [part.booking.start for part in parts_of(made)] == [at(0, 10), at(0, 11)]
    assert "AAA-SAW" not in filled.get(BASKET).content.decode()  # the basket is empty again
    page = filled.get(f"/bundles/{made.pk}/")
    assert page.status_code == 200
    part = parts_of(made)[0].booking
    assert f"/bundles/{made.pk}/" in filled.get(f"/bookings/{part.pk}/").content.decode()
    answer = filled.post(f"/bundles/{made.pk}/cancel/", {"reason": "改期"})
    assert answer.status_code == 302
    assert set(Booking.objects.values_list("state", flat=True)) == {"cancelled"}


def test_refusal_names_the_part_and_keeps_what_was_typed(filled, probe):
    """Somebody is faster: nothing is booked, the words stay, new times stand there."""
    old = chains(filled.get(BASKET))[0]
    BookingFactory(instrument=probe, start=at(0, 11), end=at(0, 12))
    answer = filled.post(
        BOOK, {"chain": old, "when_lost": "later", "purpose_kind": "teaching", "purpose": "稀土萃取"}
    )
    assert answer.status_code == 409
    assert not BookingBundle.objects.exists()
    assert 'value="稀土萃取"' in answer.content.decode()
    assert chains(answer)[0] != old
    assert "11:00" in text(answer)


@pytest.mark.parametrize(
    "chain",
    [
        "",
        "nonsense",
        "1|AAA-SAW|2026-03-02T02:00:00+00:00",
        "1|NO-SUCH|2026-03-02T02:00:00+00:00|2026-03-02T03:00:00+00:00",
        "x|AAA-SAW|2026-03-02T02:00:00+00:00|2026-03-02T03:00:00+00:00",
        "1|AAA-SAW|2026-03-02T03:00:00+00:00|2026-03-02T02:00:00+00:00",
        "1|AAA-SAW|yesterday|tomorrow",
        ";".join(["1|AAA-SAW|2026-03-02T02:00:00+00:00|2026-03-02T03:00:00+00:00"] * 13),
    ],
)
def test_no_chain_of_ours_is_refused_at_its_field(filled, chain):
    """Nothing is booked, the page comes back."""
    answer = filled.post(
        BOOK, {"chain": chain, "when_lost": "all", "purpose_kind": "research", "purpose": "x"}
    )
    assert answer.status_code == 422
    assert 'class="errors"' in answer.content.decode()
    assert not Booking.objects.exists()


def test_what_is_said_at_the_steps_is_kept(filled):
    """Longer, in another order, with a pause: in the session, and in the proposal."""
    answer = filled.post(
        BASKET,
        steps({"codes": "AAA-SAW", "hours": "2"}, {"codes": "BBB-PROBE", "least": "24", "most": "48"})
        | {"do": "find"},
    )
    assert (answer.status_code, answer["Location"]) == (302, "/basket/#proposals")
    assert chains(filled.get(BASKET))[0].endswith(
        "2|BBB-PROBE|2026-03-03T04:00:00+00:00|2026-03-03T05:00:00+00:00"
    )
    filled.post(BASKET, steps({"codes": "AAA-SAW"}, {"codes": "BBB-PROBE"}) | {"do": "up-2"})
    assert chains(filled.get(BASKET))[0].startswith("1|BBB-PROBE")
    filled.post(BASKET, steps({"codes": "BBB-PROBE"}, {"codes": "AAA-SAW"}) | {"do": "remove-1"})
    assert chains(filled.get(BASKET))[0].startswith("1|AAA-SAW")
    filled.post(BASKET, steps({"codes": "AAA-SAW"}) | {"do": "empty"})
    assert chains(filled.get(BASKET)) == []


@pytest.mark.parametrize(
    ("row", "choices", "said"),
    [
        ({"also": "NO-SUCH"}, {}, "NO-SUCH"),
        ({"count": "2"}, {}, "1"),
        ({"hours": "0"}, {}, "0.1"),
        ({"hours": ""}, {}, ""),
        ({}, {"first": "2026-03-01"}, ""),
        ({}, {"last": "2026-03-01"}, ""),
        ({}, {"last": "2027-03-01"}, "62"),
        ({}, {"first": "never"}, ""),
    ],
)
def test_nonsense_is_said_at_its_field_and_nothing_is_lost(filled, row, choices, said):
    """422 with the page; the basket is as it was."""
    before = filled.get(BASKET).content
    answer = filled.post(BASKET, steps({"codes": "AAA-SAW"} | row, **choices))
    assert answer.status_code == 422
    errors = " ".join(re.findall(r'class="errors"(.*?)</ul>', answer.content.decode(), re.S))
    assert said in errors
    assert errors
    assert chains(filled.get(BASKET)) == re.findall(r'name="chain"\s+value="([^"]+)"', before.decode())


def test_pauses_out_of_order_are_said_at_the_second_step(filled):
    """The first has no pause before it, and shows none."""
    sent = steps({"codes": "AAA-SAW"}, {"codes": "BBB-PROBE", "least": "5", "most": "2"})
    answer = filled.post(BASKET, sent)
    assert answer.status_code == 422
    assert "id_step-1-most_error" in answer.content.decode()


def test_others_of_the_class_are_offered_and_taken_out(reader):
    """One button puts them beside it, ticks take them out again; retired ones are none."""
    kind = InstrumentClassFactory()
    one, two, three = (make_instrument(code=f"AAA-{n}", instrument_class=kind) for n in range(3))
    make_instrument(code="AAA-9", instrument_class=kind, state="under_repair")
    reader.post(reverse("instruments:basket_add", args=[one.code]))
    reader.post(BASKET, steps({"codes": one.code}) | {"do": "alike-1"})
    page = reader.get(BASKET).content.decode()
    assert re.search(r'name="step-0-codes"\s[^>]*value="AAA-0 AAA-1 AAA-2"|value="AAA-0 AAA-1 AAA-2"', page)
    reader.post(BASKET, steps({"codes": "AAA-0 AAA-1 AAA-2", "drop": "AAA-0", "also": "aaa-9"}))
    assert 'value="AAA-1 AAA-2 AAA-9"' in reader.get(BASKET).content.decode()
    assert {two.code, three.code} == {"AAA-1", "AAA-2"}


def test_a_chosen_time_stays_until_it_is_let_go(reader, saw):
    """From the booking form: Wednesday 14:00, whatever is free before."""
    add = reverse("instruments:basket_add", args=[saw.code])
    reader.post(add, {"day": "2026-03-04", "start_time": "14:00", "end_time": "15:30"})
    assert chains(reader.get(BASKET)) == ["1|AAA-SAW|2026-03-04T06:00:00+00:00|2026-03-04T07:30:00+00:00"]
    row = {"codes": saw.code, "hours": "1.5", "start": "2026-03-04T14:00:00+08:00"}
    reader.post(BASKET, steps(row))
    assert chains(reader.get(BASKET))[0].startswith("1|AAA-SAW|2026-03-02")


def test_only_so_many_steps(reader, saw):
    """The seventh is refused in words."""
    for _step in range(7):
        answer = reader.post(
            reverse("instruments:basket_add", args=[saw.code]), {"minutes": "x"}, follow=True
        )
    assert answer.content.decode().count('name="step-5-codes"') == 1
    assert 'name="step-6-codes"' not in answer.content.decode()


def test_steps_that_nothing_serves_are_named(reader, saw):
    """And what one could change."""
    reader.post(reverse("instruments:basket_add", args=[saw.code]))
    reader.post(BASKET, steps({"codes": saw.code}, first="2026-03-07", last="2026-03-08"))
    assert chains(reader.get(BASKET)) == []


def test_an_old_basket_looks_from_today_on(filled, member, monday):
    """Days that are over are not asked for."""
    kept = filled.session["basket"]
    filled.post(BASKET, steps({"codes": "AAA-SAW"}))
    assert filled.session["basket"]["choices"]["last"] == "2026-03-08"
    monday.move_to(at(9, 9))
    filled.force_login(member)
    session = filled.session
    session["basket"] = kept
    session.save()
    assert chains(filled.get(BASKET))[0].startswith("1|AAA-SAW|2026-03-11")


def test_strangers_see_nothing(client, filled, engineer, bundle_of_another):
    """A set is its person's own; missing and forbidden are the same."""
    assert filled.get(f"/bundles/{bundle_of_another.pk}/").status_code == 404
    assert filled.post(f"/bundles/{bundle_of_another.pk}/cancel/").status_code == 404
    assert filled.get(f"/bundles/{bundle_of_another.pk}/cancel/").status_code == 404


@pytest.fixture
def bundle_of_another(engineer):
    """A set of somebody else."""
    return BookingBundle.objects.create(person=engineer, when_lost="all")


def test_get_of_what_only_posts_leads_on(filled, saw, member):
    """After signing in anew nothing is lost but the click."""
    add = reverse("instruments:basket_add", args=[saw.code])
    assert filled.get(add)["Location"] == f"/instruments/{saw.code}/"
    assert filled.get(BOOK)["Location"] == BASKET
    own = BookingBundle.objects.create(person=member, when_lost="all")
    assert filled.get(f"/bundles/{own.pk}/cancel/")["Location"] == f"/bundles/{own.pk}/"
    answer = filled.post(f"/bundles/{own.pk}/cancel/", {"reason": "x" * 301})
    assert answer.status_code == 422
    assert filled.post(f"/bundles/{own.pk}/cancel/", {"reason": ""}, follow=True).status_code == 200


def test_a_form_sent_twice_books_once(filled):
    """The second click leads to the set that the first made."""
    sent = {
        "chain": chains(filled.get(BASKET))[0],
        "when_lost": "all",
        "purpose_kind": "research",
        "purpose": "x",
        "once": "11111111-1111-4111-8111-111111111111",
    }
    first, second = filled.post(BOOK, sent), filled.post(BOOK, sent)
    assert first["Location"] == second["Location"]
    assert BookingBundle.objects.count() == 1

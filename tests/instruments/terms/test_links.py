"""Which others an instrument is always used together with: who says so, what is refused, where it is shown."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from audit.models import Entry
from changes import StaleVersion, perform
from changes.errors import NotAllowed
from instruments.inventory.errors import InvalidInstrument
from instruments.inventory.models import Instrument
from instruments.inventory.queries.parts import parts_of
from instruments.terms.actions.links import set_links
from instruments.terms.models import InstrumentLink
from instruments.terms.queries.links import goes_with, linked_with, links_among
from tests.factories.instruments import make_instrument, make_steward
from tests.factories.members import PersonFactory, make_manager, make_officer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    """Sentences are read in English."""
    with translation.override("en"):
        yield


@pytest.fixture
def scope():
    """A microscope."""
    return make_instrument(code="AAA-SCOPE")


@pytest.fixture
def stage(scope):
    """Its cooling stage."""
    return make_instrument(code="AAA-STAGE", unit=scope.unit)


@pytest.fixture
def pump(scope):
    """What the stage is cooled with."""
    return make_instrument(code="AAA-PUMP", unit=scope.unit)


@pytest.fixture
def keeper(scope):
    """Keeps the microscope."""
    return make_steward(scope)


def links():
    """Who goes with whom, by code."""
    return set(InstrumentLink.objects.values_list("instrument__code", "other__code"))


def marked():
    """The codes of those that carry the mark."""
    return set(Instrument.objects.filter(is_linked=True).values_list("code", flat=True))


def refused(actor, place, codes):
    """The sentences of a refusal; nothing is changed."""
    before = links(), marked(), Entry.objects.count()
    with pytest.raises(InvalidInstrument) as wrong:
        perform(actor, set_links, place, codes)
    assert (links(), marked(), Entry.objects.count()) == before
    return wrong.value.fields["codes"]


def test_others_are_named_changed_and_taken_away(scope, stage, pump, keeper):
    """Both ends are marked; each change is on record with what was; saying the same again is none."""
    assert [one.code for one in perform(keeper, set_links, scope, ["AAA-STAGE", "AAA-PUMP"])] == [
        "AAA-PUMP",
        "AAA-STAGE",
    ]
    assert links() == {("AAA-SCOPE", "AAA-PUMP"), ("AAA-SCOPE", "AAA-STAGE")}
    assert marked() == {"AAA-SCOPE", "AAA-PUMP", "AAA-STAGE"}
    kept = InstrumentLink.objects.get(other=stage).pk
    perform(keeper, set_links, scope, ["AAA-STAGE"], seen=2)
    assert InstrumentLink.objects.get().pk == kept
    assert marked() == {"AAA-SCOPE", "AAA-STAGE"}
    entry = Entry.objects.get(
        verb="instruments.links.changed", sequence=Entry.objects.latest("sequence").sequence
    )
    assert (entry.before, entry.after) == ({"codes": ["AAA-PUMP", "AAA-STAGE"]}, {"codes": ["AAA-STAGE"]})
    count = Entry.objects.count()
    perform(keeper, set_links, scope, ["AAA-STAGE"], seen=3)
    assert (Entry.objects.count(), parts_of(scope)["together"].version) == (count, 3)
    perform(keeper, set_links, scope, [])
    assert (links(), marked()) == (set(), set())


def test_the_other_may_be_used_alone(scope, stage, keeper):
    """It goes one way; both are found to hang together."""
    perform(keeper, set_links, scope, ["AAA-STAGE"])
    scope.refresh_from_db()
    stage.refresh_from_db()
    assert [one.code for one in goes_with(scope)] == ["AAA-STAGE"]
    assert goes_with(stage) == []
    assert (linked_with(scope), linked_with(stage)) == ({stage.pk}, {scope.pk})
    assert links_among([scope.pk, stage.pk]) == [(scope.pk, stage.pk)]


def test_what_is_used_alone_is_asked_nothing(scope, django_assert_num_queries):
    """No query where there are no links."""
    with django_assert_num_queries(0):
        assert (goes_with(scope), linked_with(scope)) == ([], frozenset())


def test_what_cannot_be_the_others(scope, stage, keeper):
    """Itself, a fifth, none of the unit, one that is retired."""
    make_instrument(code="BBB-OTHER")
    make_instrument(code="AAA-OLD", unit=scope.unit, state="retired")
    assert refused(keeper, scope, ["AAA-SCOPE"]) == ["An instrument does not go with itself."]
    assert refused(keeper, scope, list("ABCDE")) == ["Name at most 4 instruments."]
    for code in ("BBB-OTHER", "AAA-OLD", "NOWHERE"):
        assert refused(keeper, scope, ["AAA-STAGE", code]) == [
            f"Your unit has no instrument in use with the code {code}."
        ]


def test_whoever_is_needed_is_named_directly(scope, stage, pump, keeper):
    """The stage goes with the pump: whoever goes with the stage names the pump too, whichever is said first."""
    manager = make_manager(scope.unit)
    perform(manager, set_links, stage, ["AAA-PUMP"])
    assert refused(keeper, scope, ["AAA-STAGE"]) == ["AAA-STAGE itself goes with AAA-PUMP: name those too."]
    perform(keeper, set_links, scope, ["AAA-STAGE", "AAA-PUMP"])
    make_instrument(code="AAA-LAMP", unit=scope.unit)
    assert refused(manager, stage, ["AAA-PUMP", "AAA-LAMP"]) == [
        "AAA-SCOPE goes with this instrument and would have to name AAA-LAMP first."
    ]
    perform(manager, set_links, stage, ["AAA-PUMP", "AAA-SCOPE"])  # each with the other is fine
    assert ("AAA-STAGE", "AAA-SCOPE") in links()


def test_a_retired_one_binds_no_more(scope, stage, keeper):
    """It is no longer named, and nobody needs it."""
    perform(keeper, set_links, scope, ["AAA-STAGE"])
    Instrument.objects.filter(pk=stage.pk).update(state="retired")
    scope.refresh_from_db()
    assert goes_with(scope) == []


@pytest.mark.parametrize("who", ["stranger", "other_unit", "other_steward"])
def test_only_custodians_and_officers_say_so(scope, stage, keeper, who):
    """Nothing is changed by anybody else."""
    actor = {
        "stranger": PersonFactory,
        "other_unit": lambda: make_manager(make_instrument().unit),
        "other_steward": lambda: make_steward(stage),
    }[who]()
    with pytest.raises(NotAllowed):
        perform(actor, set_links, scope, ["AAA-STAGE"])
    assert (links(), marked()) == (set(), set())
    perform(make_officer(), set_links, scope, ["AAA-STAGE"])
    assert links() == {("AAA-SCOPE", "AAA-STAGE")}


def test_an_older_version_changes_nothing(scope, stage, keeper):
    """Whoever saw another list is told."""
    with pytest.raises(StaleVersion):
        perform(keeper, set_links, scope, ["AAA-STAGE"], seen=2)
    assert links() == set()


def test_the_database_holds_the_rules(scope, stage):
    """Each pair once, none with itself."""
    InstrumentLink.objects.create(instrument=scope, other=stage)
    for other in (stage, scope):
        with pytest.raises(IntegrityError), transaction.atomic():
            InstrumentLink.objects.create(instrument=scope, other=other)


def test_the_page_of_the_terms(client, scope, stage, keeper):
    """Typed in small letters, kept, shown with the name; what is wrong stands at the field; an older page is told."""
    client.force_login(keeper)
    terms = reverse("instruments:terms", args=[scope.unit.code, scope.code])
    address = reverse("instruments:set_links", args=[scope.unit.code, scope.code])
    answer = client.post(address, {"codes": "aaa-stage", "version": "1"})
    assert (answer.status_code, answer["Location"]) == (302, f"{terms}#together")
    shown = client.get(terms).text
    assert 'value="AAA-STAGE"' in shown
    assert stage.name_zh in shown
    answer = client.post(address, {"codes": "AAA-STAGE, NOWHERE", "version": "2"})
    assert answer.status_code == 422
    assert 'value="AAA-STAGE, NOWHERE"' in answer.text
    answer = client.post(address, {"codes": "", "version": "1"})
    assert answer.status_code == 409
    assert links() == {("AAA-SCOPE", "AAA-STAGE")}
    client.force_login(PersonFactory())
    assert client.post(address, {"codes": "", "version": "2"}).status_code == 404

"""Writing the history: in the caller's transaction, one statement, words for every verb."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.translation import gettext_lazy as _

from audit import vocabulary
from audit.history import Event, record, record_many
from audit.models import Entry, Unsealed
from audit.sealing import seal
from audit.verifying import first_fault
from audit.vocabulary import UnknownVerb, declare, in_words, verbs
from tests.audit.rows import VERB, write
from tests.factories.members import PersonFactory, UnitFactory

NOW = dt.datetime(2026, 11, 27, 4, 30, tzinfo=dt.UTC)  # a Friday


@pytest.mark.django_db
def test_what_an_entry_says():
    """Time, actor, verb, object and plain facts."""
    person, unit = PersonFactory(), UnitFactory()
    after = {"day": NOW.date(), "at": NOW, "sum": Decimal("1.50"), "who": person, "list": [1, True, None]}
    with time_machine.travel(NOW, tick=False):
        entry = record(actor=person, verb=VERB, target=unit, after=after)
    stored = Entry.objects.get()
    assert stored.pk == entry.pk
    assert (stored.at, stored.actor, stored.verb) == (NOW, person, VERB)
    assert (stored.target_type, stored.target_id) == ("members.memberunit", str(unit.pk))
    assert (stored.before, stored.after) == (
        None,
        {
            "day": "2026-11-27",
            "at": "2026-11-27T04:30:00+00:00",
            "sum": "1.50",
            "who": str(person.pk),
            "list": [1, True, None],
        },
    )
    assert record(actor=AnonymousUser(), verb=VERB, target="thing:1").actor is None


@pytest.mark.django_db
def test_one_statement_whatever_the_number():
    """Three entries and their places in the queue cost one INSERT and no lock; nothing costs nothing."""
    with CaptureQueriesContext(connection) as caught:
        entries = write(3)
    assert [query["sql"].split()[0] for query in caught] == ["INSERT"]
    assert [entry.target_id for entry in Entry.objects.order_by("sequence")] == ["1", "2", "3"]
    assert set(Unsealed.objects.values_list("entry_id", flat=True)) == {entry.sequence for entry in entries}
    with CaptureQueriesContext(connection) as caught:
        assert record_many(actor=None, events=[]) == []
    assert len(caught) == 0


@pytest.mark.django_db
def test_what_is_rolled_back_leaves_neither_entry_nor_place():
    """The entry shares the fate of the change."""
    write(1)
    with pytest.raises(RuntimeError), transaction.atomic():
        write(2)
        raise RuntimeError
    assert (Entry.objects.count(), Unsealed.objects.count()) == (1, 1)
    write(1)
    assert seal() == 2
    assert first_fault() is None


@pytest.mark.django_db
def test_a_verb_without_words_is_refused():
    """Whoever composes the verb, and however: nothing is written, not even the known ones beside it."""
    unknown = "members.unit." + "re" + "christened"
    with pytest.raises(UnknownVerb, match=r"members\.unit\.rechristened.*history_words"):
        record_many(actor=None, events=[Event(VERB, "thing:1"), Event(unknown, "thing:1")])
    assert Entry.objects.count() == 0


def test_the_words_of_every_app_are_collected():
    """Each says its own verbs; the three that had none have words now."""
    known = verbs()
    for verb in ("evaluations.value.withdrawn", "evaluations.score.withdrawn", "evaluations.round.reminded"):
        assert verb in known
    assert {verb.partition(".")[0] for verb in known} == {
        "demo", "evaluations", "instruments", "members", "notices", "operations", "reporting", "webapi",
    }  # fmt: skip
    assert in_words("elsewhere.done") == "elsewhere.done"


def test_an_app_declares_its_own_verbs_once(monkeypatch):
    """A foreign verb, or other words for a known one, stop the start."""
    monkeypatch.setattr(vocabulary, "_words", {})
    declare("members", {VERB: (said := _("unit changed"))})
    declare("members", {VERB: said})
    with pytest.raises(ValueError, match="no verb of members"):
        declare("members", {"instruments.rate.set": _("price set")})
    with pytest.raises(ValueError, match="has words already"):
        declare("members", {VERB: _("unit renamed")})
    assert list(verbs()) == [VERB]

"""The walk over the links of the chain that came before the log, against hashes worked out as that release did."""

from __future__ import annotations

import datetime as dt
import hashlib
import json

import pytest

from audit.models import ChainLink, Entry
from audit.old_chain import first_break
from audit.sealing import seal
from audit.verifying import first_fault, verify
from tests.audit.rows import OTHER, VERB, take_guards_away

pytestmark = pytest.mark.django_db


AT = dt.datetime(2026, 11, 27, 4, 30, tzinfo=dt.UTC)  # a Friday


@pytest.fixture
def chain():
    """Five sealed entries, numbered from 1, with links as the former release made them."""
    previous = "0" * 64
    for number in range(1, 6):
        after = {"n": number, "name": "内蒙古大学"}
        Entry.objects.create(
            sequence=number, at=AT, verb=VERB, target_type="thing", target_id=str(number), after=after
        )
        content = {
            "sequence": number,
            "at": "2026-11-27T04:30:00+00:00",
            "actor": None,
            "verb": VERB,
            "target": ["thing", str(number)],
            "before": None,
            "after": after,
            "previous": previous,
        }
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        hashed = hashlib.sha256(text.encode()).hexdigest()
        ChainLink.objects.create(entry_id=number, previous_hash=previous, hash=hashed)
        previous = hashed
    seal()
    take_guards_away()


def test_a_whole_chain_passes(chain, monkeypatch):
    """Also where it ends with a page, and none is there at all."""
    assert first_fault() is None
    for page in (1, 2, 5):
        monkeypatch.setattr("audit.old_chain.PAGE", page)
        assert first_break() is None
    ChainLink.objects.all()._raw_delete("default")
    assert first_break() is None


@pytest.mark.parametrize("page", [1, 3, 2000])
def test_the_first_entry_that_does_not_fit_is_named(chain, monkeypatch, page):
    """An entry altered, a link altered, a link gone; the log names the chain beside its own fault."""
    monkeypatch.setattr("audit.old_chain.PAGE", page)
    Entry.objects.filter(pk=4).update(verb=OTHER)
    assert first_break() == 4
    assert "the chain before the log does not fit from entry 4 on" in verify().sentences()
    ChainLink.objects.filter(pk=3).update(hash="0" * 64)
    assert first_break() == 3
    ChainLink.objects.filter(pk=2)._raw_delete("default")
    assert first_break() == 2

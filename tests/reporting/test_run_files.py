"""The file of a report run: whose it is, how long it is kept, who tried to fetch it."""

from __future__ import annotations

import pytest
from django.http import Http404
from django.utils import timezone

from audit.models import Entry
from reporting import making, runs
from reporting.models import RunState
from tests.factories.members import PersonFactory
from tests.reporting.test_runs import ask, later, verbs

pytestmark = pytest.mark.django_db


def test_expiry_deletes_files_and_keeps_rows(use_kind, silent_bell, tmp_path):
    """After its time the file goes; the row stays; a file nobody knows goes a day later."""
    run = ask(PersonFactory())
    making.make(run.pk)
    orphan = tmp_path / "reports" / "2020" / "01" / "orphan.pdf"
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"x")
    assert runs.expire_files(timezone.now()) == 0
    assert orphan.exists()
    assert runs.expire_files(later(days=31)) == 1
    run.refresh_from_db()
    assert (run.state, run.file) == (RunState.DONE, "")
    assert not orphan.exists()
    assert [p for p in (tmp_path / "reports").rglob("*") if p.is_file()] == []


def test_run_is_for_its_asker_and_for_whom_may_see_it(use_kind, silent_bell):
    """Missing and forbidden are the same 404."""
    person, stranger, chief = PersonFactory(), PersonFactory(), PersonFactory()
    use_kind(may_download=lambda who, run: who.pk in {person.pk, chief.pk})
    run = ask(person)
    assert runs.run_for(person, str(run.pk)) == run
    assert runs.run_for(chief, run.pk) == run
    for wrong in (run.pk, "0" * 32, "nonsense"):
        with pytest.raises(Http404):
            runs.run_for(stranger, wrong)


def test_file_when_the_right_is_lost(use_kind, silent_bell):
    """The right is asked anew at each download, of the asker too; each download is on record."""
    person = PersonFactory()
    run = ask(person)
    with pytest.raises(Http404):
        runs.file_for(person, run.pk)
    making.make(run.pk)
    assert runs.file_for(person, run.pk).sha256
    assert verbs()[-1] == "reporting.run.downloaded"
    use_kind(may_download=lambda who, run: False)
    with pytest.raises(Http404):
        runs.file_for(person, run.pk)


def test_refused_fetches_are_on_record(use_kind, silent_bell):
    """Who looks for another's run, or for a file after losing the right, leaves an entry that names run and wish."""
    person, stranger = PersonFactory(), PersonFactory()
    use_kind(may_download=lambda who, run: who.pk == person.pk)
    run = ask(person)
    making.make(run.pk)
    for look in (runs.run_for, runs.file_for):
        with pytest.raises(Http404):
            look(stranger, run.pk)
    use_kind(may_download=lambda who, run: False)
    assert runs.run_for(person, run.pk) == run
    with pytest.raises(Http404):
        runs.file_for(person, run.pk)
    rows = Entry.objects.filter(verb="reporting.refused").order_by("sequence")
    assert [(row.actor, row.target_id, row.after["verb"], row.after["reason"]) for row in rows] == [
        (stranger, str(run.pk), "reporting.run.viewed", "hidden"),
        (stranger, str(run.pk), "reporting.run.viewed", "hidden"),
        (person, str(run.pk), "reporting.run.downloaded", "hidden"),
    ]
    assert not Entry.objects.filter(verb="reporting.run.downloaded").exists()

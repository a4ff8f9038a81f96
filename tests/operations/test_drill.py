"""The drill: back up, change, damage, restore, on the database of this run, with commands as an operator types them."""

from __future__ import annotations

import datetime as dt
import stat
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone, translation

from operations import archive, databases, restoring
from operations.links import LinksSinceRestore
from operations.models import Restore
from tests.factories.members import PersonFactory
from tests.operations.site import Site

BEGIN = """
import secrets
from allauth.account.forms import default_token_generator
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from changes import perform
from members.models import Person
from webapi import tokens
def live(name):
    person, _ = Person.objects.get_or_create(email=name, affiliation='enterprise', display_name=name)
    text, token = perform(person, tokens.issue, person, name='t', scopes=['read'], days=9)
    session = SessionStore()
    session['_auth_user_id'] = str(person.pk)
    session.save()
    storages['reports'].save(f'2026/11/{name}.pdf', ContentFile(name.encode() * 5000))
    print(default_token_generator.make_token(person))
"""
OPENS = """
from allauth.account.forms import default_token_generator as made
from members.models import Person
person = Person.objects.get(email='a@test.example')
print([made.check_token(person, text) for text in {texts!r}])
"""

# One process makes the site and its back-up, once.
pytestmark = pytest.mark.xdist_group("drill")


@pytest.fixture(scope="module")
def sites(django_db_setup, tmp_path_factory):
    """Makes sites, and takes their databases away at the end."""
    folder, made = tmp_path_factory.mktemp("drill"), []

    def make(name: str) -> Site:
        made.append(Site(folder, name))
        return made[-1]

    yield make
    for site in made:
        site.end()


@pytest.fixture(scope="module")
def drill(sites, tmp_path_factory):
    """A site with one person, session, token, report and mailed link; its back-up; and another person since then."""
    site = sites("a")
    site.run("migrate", "-v", "0")
    (link,) = site.shell(f"{BEGIN}live('a@test.example')")
    site.run("seal_audit", "--once")
    path = Path(site.run("backup", str(tmp_path_factory.mktemp("kept"))).splitlines()[0])
    later = site.shell(f"{BEGIN}live('b@test.example'); live('a@test.example')")
    return site, path, [link, later[-1]]


def test_the_back_up_is_private_and_complete(drill):
    """Mode 0600, database and report, the checkpoint, nothing else left in the folder."""
    _site, path, _links = drill
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    manifest = archive.verify(path)
    assert sorted(manifest.parts)[1:] == ["reports/2026/11/a@test.example.pdf"]
    assert sorted(manifest.parts)[0] in {"database.dump", "database.sqlite3"}
    assert manifest.parts["reports/2026/11/a@test.example.pdf"][0] == 70000
    assert manifest.about["checkpoint"].startswith("1:")


def test_it_is_not_restored_over_what_is_there(drill):
    """Nothing changes without --force, nor by a damaged file, nor while somebody is connected."""
    site, path, _links = drill
    before = site.counts()
    assert before == [2, 3, 3, 0]
    assert "--force" in site.run("restore", str(path), code=1)

    damaged = path.with_name("damaged.tar")
    whole = path.read_bytes()
    place = whole.index(b"a@test.example" * 3) + 100
    damaged.write_bytes(whole[:place] + b"!" + whole[place + 1 :])
    assert "reports/2026/11/a@test.example.pdf" in site.run("restore", "--force", str(damaged), code=1)
    assert "reports/2026/11/a@test.example.pdf" in site.run("restore", "--verify", str(damaged), code=1)
    damaged.unlink()

    other = site.connect()
    site.run("restore", "--force", str(path), code=1)
    other.close()
    assert site.counts() == before


def test_restored_with_force_nothing_from_before_opens_anything(drill):
    """The person of later is gone, the report is back, sessions, tokens and both links are dead, a new link works."""
    site, path, links = drill
    site.run("restore", "--force", str(path))
    assert site.counts() == [1, 0, 0, 1]
    # A second passes while the command starts; a link of the restore's own second would be dead as well.
    new = site.shell(f"{BEGIN}live('a@test.example')")
    assert site.shell(OPENS.format(texts=[*links, *new])) == ["[False, False, True]"]
    reports = site.var / "reports" / "2026" / "11"
    assert (reports / "a@test.example.pdf").read_bytes() == b"a@test.example" * 5000
    (aside,) = site.var.glob("reports.before-*")
    assert sorted(each.name[0] for each in (aside / "2026/11").iterdir()) == ["a", "a", "b"]
    assert len(list(site.var.glob("network.sqlite3.before-*"))) == (0 if site.is_postgresql else 1)
    site.run("seal_audit", "--once")
    assert "the log is whole" in site.run("verify_audit")
    assert not [line for line in site.run("doctor", "--language", "en").splitlines() if "[fault]" in line]


def test_restored_into_nothing_and_backed_up_again(drill, sites, tmp_path):
    """An empty site needs no --force; its own back-up restores as well."""
    _site, path, _links = drill
    site = sites("b")
    site.run("restore", str(path))
    assert site.counts() == [1, 0, 0, 1]
    again = Path(site.run("backup", str(tmp_path)).splitlines()[0])
    site.run("restore", "--force", str(again))
    assert site.counts() == [1, 0, 0, 2]


def test_a_back_up_that_cannot_be_loaded_leaves_all_as_it_was(drill, tmp_path):
    """Sealed as it should be, but with a database that is none."""
    site, path, _links = drill
    before = site.counts()
    manifest = archive.verify(path)
    (name,) = [part for part in manifest.parts if part.startswith("database")]
    bad = tmp_path / "bad.tar"
    (tmp_path / "part").write_bytes(b"no database at all")
    with bad.open("wb") as file, (tmp_path / "part").open("rb") as source:
        writer = archive.Writer(file, manifest.about)
        writer.add(name, source)
        writer.close()
    site.run("restore", "--force", str(bad), code=1)
    assert site.counts() == before


@pytest.fixture
def refused(tmp_path, monkeypatch):
    """Says why a back-up with this manifest is refused."""

    def why(**about) -> str:
        part = databases.PARTS[connection.vendor]
        told = archive.Manifest({"engine": connection.vendor, "migrations": [], **about}, {part: (0, "")})
        monkeypatch.setattr(archive, "verify", lambda _path: told)
        with translation.override("en"), pytest.raises(restoring.Refused) as error:
            restoring.restore(tmp_path / "any", force=False)
        return str(error.value)

    return why


@pytest.mark.django_db
def test_strange_back_ups_are_refused(refused):
    """Of another database, of a newer version, over a database with tables."""
    assert refused(engine="oracle").startswith("This back-up is of oracle, the site's database is ")
    assert refused(migrations=["members.9999_later"]) == (
        "This back-up is of a newer version: this one does not know members.9999_later."
    )
    assert refused() == "The database is not empty. With --force the back-up takes its place."


@pytest.mark.django_db
def test_links_from_before_the_last_restore_are_dead():
    """By their second; nonsense and nobody are no link."""
    person, made = PersonFactory(), LinksSinceRestore()
    text = made.make_token(person)
    assert made.check_token(person, text)
    row = Restore.objects.create(
        at=timezone.now() - dt.timedelta(seconds=5), made_at=timezone.now(), sha256=""
    )
    assert made.check_token(person, text)
    row.at = timezone.now()
    row.save()
    assert not made.check_token(person, text)
    assert [made.check_token(person, bad) for bad in ("", None, "x", "-", "é-1")] == [False] * 5
    assert not made.check_token(None, text)

"""`seed_demo` refuses production and a database that holds something, and tells the accounts."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from demo import accounts
from members.models import MemberUnit, Person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def demo(settings, tmp_path, monkeypatch):
    settings.DEMO = True
    settings.VAR = tmp_path
    monkeypatch.setenv("DEMO_PASSWORD", "steppe-wind-7")


def test_production_is_refused(settings):
    settings.DEMO = False
    for command in ("seed_demo", "demo"):
        with pytest.raises(CommandError, match="DEMO is off"):
            call_command(command)
    assert not MemberUnit.objects.exists()


def test_a_database_that_holds_something_is_refused_and_left_alone():
    Person.objects.create_user("someone@example.org", "x", display_name="Someone", is_staff=True)
    with pytest.raises(CommandError, match="not empty"):
        call_command("seed_demo", size="small")
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("seed_demo", size="small", force=True)
    assert Person.objects.count() == 1


def test_seeding_tells_the_accounts_and_runs_once():
    out = StringIO()
    call_command("seed_demo", size="small", stdout=out)
    told = out.getvalue()
    assert "steward@demo.example" in told
    assert "steppe-wind-7" in told
    units = MemberUnit.objects.count()
    again = StringIO()
    call_command("seed_demo", size="small", if_empty=True, stdout=again)
    assert MemberUnit.objects.count() == units == 5
    assert "steppe-wind-7" in again.getvalue()


def test_the_password_file_is_for_its_owner_alone():
    accounts.keep_password("abc")
    assert accounts.password_file().stat().st_mode & 0o077 == 0
    assert accounts.kept_password() == "abc"

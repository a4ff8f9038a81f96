"""A right lost between page and save: pages answer as if nothing were there, the admin says what is the matter."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse

from changes.errors import NotAllowed
from members.models import UnitRole
from portal.middleware import HiddenRefusals
from tests.factories.members import PersonFactory, UnitFactory, make_officer

pytestmark = pytest.mark.django_db


def refused(*_args: object, **_given: object) -> None:
    """Stands for an action whose right is gone by the time its row is locked."""
    raise NotAllowed


def test_a_page_answers_404_and_writes_nothing(client, monkeypatch):
    unit = UnitFactory(joined_on="2020-01-01")
    person = PersonFactory(home_unit=unit)
    client.force_login(make_officer())
    sent = {"email": person.email, "kind": "viewer", "valid_from": "2026-03-02"}
    before = UnitRole.objects.count()
    with monkeypatch.context() as gone:
        gone.setattr("members.views.people.give_unit_role", refused)
        assert client.post(reverse("members:give_role", args=[unit.code]), sent).status_code == 404
    assert UnitRole.objects.count() == before
    assert client.post(reverse("members:give_role", args=[unit.code]), sent).status_code == 302
    assert UnitRole.objects.count() == before + 1


def test_the_admin_answers_403_and_writes_nothing(client, monkeypatch):
    unit = UnitFactory(joined_on="2020-01-01")
    client.force_login(make_officer(is_staff=True))
    sent = {
        "person": PersonFactory(home_unit=unit).pk,
        "unit": unit.pk,
        "kind": "viewer",
        "valid_from": "2026-03-02",
    }
    before = UnitRole.objects.count()
    monkeypatch.setattr("members.admin.roles.UnitRoleForm.give", staticmethod(refused))
    assert client.post(reverse("admin:members_unitrole_add"), sent).status_code == 403
    assert UnitRole.objects.count() == before


def test_only_refused_rights_are_hidden(rf):
    look = HiddenRefusals(lambda _request: None).process_exception
    with pytest.raises(Http404):
        look(rf.get("/units/AAA/people/"), NotAllowed())
    assert look(rf.get("/admin/members/person/"), NotAllowed()) is None
    assert look(rf.get("/units/AAA/people/"), PermissionDenied()) is None
    assert look(rf.get("/units/AAA/people/"), ValueError()) is None

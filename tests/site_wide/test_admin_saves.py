"""Every page of the admin saves one way: its form judges and writes nothing, then the page calls the action."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.urls import reverse

from audit.models import Entry
from members.admin.acting import ActingAdmin, ActionForm
from members.admin.roles import UnitRoleForm
from members.models import UnitRole
from safeguards.read_only_admin import ReadOnlyAdmin
from tests.factories.members import PersonFactory, UnitFactory, make_officer

pytestmark = pytest.mark.django_db

PAGES = sorted(admin.site._registry.items(), key=lambda pair: pair[0]._meta.label)


@pytest.mark.parametrize("page", [page for _model, page in PAGES], ids=[m._meta.label for m, _page in PAGES])
def test_a_page_only_shows_or_saves_by_the_action_of_its_form(page):
    assert isinstance(page, ReadOnlyAdmin)
    saves = isinstance(page, ActingAdmin) and (page.add_verb, page.change_verb) != (None, None)
    assert issubclass(page.form, ActionForm) == saves
    if saves:
        own = [kind for kind in page.form.__mro__ if issubclass(kind, ActionForm) and kind is not ActionForm]
        assert [kind.__name__ for kind in own if {"_post_clean", "save"} & set(vars(kind))] == []
        assert type(page).save_form is ActingAdmin.save_form
        assert type(page).save_model is ActingAdmin.save_model


@pytest.fixture
def asked():
    """A role that may be given, as the page sends it."""
    unit = UnitFactory(joined_on="2020-01-01")
    person = PersonFactory(home_unit=unit)
    return {"person": person.pk, "unit": unit.pk, "kind": "steward", "valid_from": "2026-03-02"}


def test_a_form_that_is_judged_has_written_nothing_until_its_action_is_called(asked):
    form = UnitRoleForm(asked)
    form.actor = make_officer()
    before = (UnitRole.objects.count(), Entry.objects.count())
    assert form.is_valid()
    assert (UnitRole.objects.count(), Entry.objects.count()) == before
    given = form.act()
    assert (UnitRole.objects.count(), Entry.objects.count()) == (before[0] + 1, before[1] + 1)
    assert (given.kind, str(given.valid_from)) == ("steward", "2026-03-02")


def test_what_the_action_refuses_stands_on_the_page_with_what_was_typed(client, asked):
    client.force_login(make_officer(is_staff=True))
    page = reverse("admin:members_unitrole_add")
    assert client.post(page, asked).status_code == 302
    before = (UnitRole.objects.count(), Entry.objects.count())
    answer = client.post(page, asked)
    form = answer.context["adminform"].form
    assert (answer.status_code, form.non_field_errors()) == (200, ["该人员在此期间已担任这一角色。"])
    assert (form["kind"].value(), form["valid_from"].value()) == ("steward", "2026-03-02")
    assert (UnitRole.objects.count(), Entry.objects.count()) == before

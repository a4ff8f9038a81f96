"""A person's own account: what may be set, what may not, and that it goes on record."""

from __future__ import annotations

import pytest
from django.urls import reverse

from audit.models import Entry
from changes import perform
from changes.errors import NotAllowed
from members.actions.people import change_own_account
from tests.factories.members import PersonFactory

pytestmark = pytest.mark.django_db

PAGE = "/me/account/"


def test_people_change_phone_language_and_mail(client):
    """The three are saved, the entry tells before and after."""
    person = PersonFactory(phone="", language="zh-hans", mail_wanted=True)
    client.force_login(person)
    answer = client.post(PAGE, {"phone": " 0471-1234567 ", "language": "en"})
    assert (answer.status_code, answer.headers["Location"]) == (302, PAGE)
    person.refresh_from_db()
    assert (person.phone, person.language, person.mail_wanted) == ("0471-1234567", "en", False)
    entry = Entry.objects.get(verb="members.person.changed")
    assert entry.actor == person
    assert entry.before == {"phone": "", "language": "zh-hans", "mail_wanted": True, "daily_mail": []}
    assert entry.after == {"phone": "0471-1234567", "language": "en", "mail_wanted": False, "daily_mail": []}


def test_name_address_and_rights_are_not_taken_from_the_form(client):
    """Fields that are not on the page change nothing."""
    person = PersonFactory(display_name="王芳", email="wang@example.org")
    client.force_login(person)
    extra = {"email": "other@example.org", "display_name": "x", "is_staff": "1", "home_unit": ""}
    client.post(PAGE, {"phone": "", "language": "zh-hans", "mail_wanted": "on", **extra})
    person.refresh_from_db()
    assert (person.display_name, person.email, person.is_staff) == ("王芳", "wang@example.org", False)
    assert person.home_unit_id is not None
    assert not Entry.objects.filter(verb="members.person.changed").exists()


@pytest.mark.parametrize(("field", "value"), [("phone", "1" * 21), ("language", "fr"), ("language", "")])
def test_bad_values_are_refused_at_their_field(client, field, value):
    """The page comes back with the reason, nothing is changed."""
    person = PersonFactory(phone="1")
    client.force_login(person)
    answer = client.post(PAGE, {"phone": "2", "language": "en", field: value})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    person.refresh_from_db()
    assert (person.phone, person.language) == ("1", "zh-hans")


def test_nobody_changes_anothers_account():
    """The action refuses, and the refusal is on record."""
    person = PersonFactory(phone="1")
    with pytest.raises(NotAllowed):
        perform(PersonFactory(), change_own_account, person, phone="2", language="en", mail_wanted=False)
    person.refresh_from_db()
    assert person.phone == "1"
    assert Entry.objects.get().verb == "members.refused"


def test_the_librarys_address_page_leads_to_my_page(client):
    """An address cannot be changed past its action."""
    client.force_login(PersonFactory())
    answer = client.post("/accounts/email/", {"action_add": "", "email": "other@example.org"})
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("portal:me"))

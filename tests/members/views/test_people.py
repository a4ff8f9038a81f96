"""People and roles of a unit: who sees them, giving, ending, inviting."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from audit.models import Entry
from members.actions.invitations import deliver_invitation
from members.enums import UnitRoleKind
from members.models import Person, UnitRole
from tests.factories.members import PersonFactory, UnitFactory, UnitRoleFactory, make_manager, make_officer

pytestmark = pytest.mark.django_db


def client_of(person=None) -> Client:
    """A browser in English, signed in as that person."""
    client = Client(headers={"accept-language": "en"})
    if person is not None:
        client.force_login(person)
    return client


@pytest.fixture
def unit():
    """A unit."""
    return UnitFactory(code="IMU")


@pytest.fixture
def manager(unit):
    """Its only manager."""
    return make_manager(unit, display_name="The Manager")


def at(name: str, *more) -> str:
    """One of the unit's addresses."""
    return reverse(f"members:{name}", args=["IMU", *more])


def state() -> tuple[int, int, int]:
    """People, roles, history beside refusals."""
    history = Entry.objects.exclude(verb__endswith=".refused").count()
    return Person.objects.count(), UnitRole.objects.filter(valid_to=None).count(), history


def test_who_sees_the_people(unit, manager):
    """Everybody with a role in the unit, and officers; only managers and officers change something."""
    assert client_of().get(at("people"))["Location"].startswith(reverse("account_login"))
    readers = {kind: UnitRoleFactory(unit=unit, kind=kind).person for kind in ("steward", "viewer")}
    expected = [
        (PersonFactory(home_unit=unit), 404, False),
        (make_manager(UnitFactory()), 404, False),
        (readers["steward"], 200, False),
        (readers["viewer"], 200, False),
        (manager, 200, True),
        (make_officer(), 200, True),
    ]
    for person, code, manages in expected:
        answer = client_of(person).get(at("people"))
        assert answer.status_code == code
        assert (b"Invite the person" in answer.content) is manages
    assert client_of(manager).get("/units/NO/people/").status_code == 404
    assert client_of(manager).get("/units/IM%00U/people/").status_code == 404


def test_nobody_else_sends_anything(unit, manager):
    """A steward, a viewer, a manager elsewhere, a stranger."""
    role = UnitRole.objects.get(person=manager)
    sendings = [
        (at("give_role"), {"email": manager.email, "kind": "steward", "valid_from": "2026-01-01"}),
        (at("end_role", role.pk), {}),
        (at("invite"), {"email": "x@test.example", "display_name": "X", "language": "en"}),
        (at("remind", manager.pk), {}),
    ]
    others = [
        UnitRoleFactory(unit=unit, kind=UnitRoleKind.STEWARD).person,
        UnitRoleFactory(unit=unit, kind=UnitRoleKind.VIEWER).person,
        make_manager(UnitFactory()),
    ]
    before = state()
    for url, data in sendings:
        for person in others:
            assert client_of(person).post(url, data).status_code == 404
        assert client_of().post(url, data)["Location"].startswith(reverse("account_login"))
        assert client_of(manager).get(url).status_code == 302
    assert state() == before
    assert mail.outbox == []


def test_the_list_counts_and_narrows(unit, manager):
    """Managers first; people of other units with a role here are among them, closed accounts are not."""
    PersonFactory(home_unit=unit, display_name="Plain Person")
    PersonFactory(home_unit=unit, is_active=False, display_name="Closed Person")
    guest = UnitRoleFactory(
        unit=unit, kind=UnitRoleKind.STEWARD, person=PersonFactory(display_name="Guest")
    ).person
    client = client_of(manager)
    answer = client.get(at("people"))
    assert "3 people, 1 managers, 1 stewards" in re.sub("<[^>]+>", "", answer.content.decode())
    assert answer.context["page"].paginator.count == answer.context["totals"].people == 3
    names = [line.person.display_name for line in answer.context["lines"]]
    assert names == ["The Manager", "Guest", "Plain Person"]
    for query, found in (
        ("?role=steward", ["Guest"]),
        ("?q=plain", ["Plain Person"]),
        (f"?q={guest.email}", ["Guest"]),
    ):
        lines = client.get(at("people") + query).context["lines"]
        assert [line.person.display_name for line in lines] == found
    assert "Nobody fits" in client.get(at("people") + "?q=zzzz").content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(unit, manager, django_assert_num_queries, rows):
    """Roles come with their people."""
    for _number in range(rows):
        UnitRoleFactory(unit=unit, kind=UnitRoleKind.STEWARD)
    client = client_of(manager)
    with django_assert_num_queries(12):
        client.get(at("people"))


def test_the_forms_stand_above_the_list(unit, manager):
    """Folded until somebody is to be given a role, or something typed was wrong."""
    client = client_of(manager)
    page = client.get(at("people")).content.decode()
    assert page.index('id="invite"') < page.index('id="give"') < page.index("people-list")
    assert '<details class="panel" open>' not in page
    named = client.get(at("people") + f"?give={manager.email}").content.decode()
    assert '<details class="panel" open>' in named[: named.index('id="give"')]
    wrong = client.post(at("invite"), {"email": "x"}).content.decode()
    assert '<details class="panel" open>' in wrong[: wrong.index('id="invite"')]


def test_no_role_begins_before_the_unit_joined(unit, manager):
    """The sentence stands at the day; nothing is written."""
    unit.joined_on = dt.date(2024, 6, 1)
    unit.save()
    person, client = PersonFactory(home_unit=unit), client_of(manager)
    data = {"email": person.email, "kind": "viewer", "valid_from": "2024-05-31"}
    before = state()
    answer = client.post(at("give_role"), data)
    assert answer.status_code == 422
    assert answer.context["role_form"].errors == {
        "valid_from": ["The unit was not a member yet on that day; a role in it begins later."]
    }
    assert state() == before
    assert client.post(at("give_role"), {**data, "valid_from": "2024-06-01"}).status_code == 302


def test_giving_a_role(unit, manager):
    """To somebody with an account; twice is refused in words, as is an address nobody has."""
    person, client = PersonFactory(home_unit=unit), client_of(manager)
    closed = PersonFactory(is_active=False)
    data = {"email": person.email.upper(), "kind": "viewer", "valid_from": timezone.localdate()}
    assert client.post(at("give_role"), data).status_code == 302
    assert UnitRole.objects.get(person=person).kind == "viewer"
    before = state()
    again = client.post(at("give_role"), data)
    assert again.status_code == 422
    assert "already has this role" in again.content.decode()
    nobody = client.post(at("give_role"), {**data, "email": "nobody@test.example"})
    assert list(nobody.context["role_form"].errors) == ["email"]
    assert client.post(at("give_role"), {**data, "kind": "king"}).status_code == 422
    assert client.post(at("give_role"), {**data, "email": closed.email}).status_code == 422
    assert state() == before


def test_the_last_manager_stays(unit, manager):
    """And the page says so; with a second one the role ends."""
    role, client = UnitRole.objects.get(person=manager), client_of(manager)
    answer = client.post(at("end_role", role.pk), {"valid_to": ""}, follow=True)
    assert "A unit always keeps at least one manager." in answer.content.decode()
    role.refresh_from_db()
    assert role.valid_to is None
    make_manager(unit)
    answer = client.post(at("end_role", role.pk), {"valid_to": timezone.localdate()})
    assert (answer.status_code, answer["Location"]) == (302, reverse("portal:unit", args=["IMU"]))
    role.refresh_from_db()
    assert role.valid_to == timezone.localdate()


def test_a_role_ends_with_sense(unit, manager):
    """Not before it begins, not on a day that is none, and not in another unit."""
    role, client = UnitRoleFactory(unit=unit, kind=UnitRoleKind.VIEWER), client_of(manager)
    foreign = UnitRoleFactory(kind=UnitRoleKind.VIEWER)
    before = state()
    client.post(at("end_role", role.pk), {"valid_to": "2001-01-01"})
    client.post(at("end_role", role.pk), {"valid_to": "never"})
    assert client.post(at("end_role", foreign.pk), {}).status_code == 404
    assert state() == before


def test_an_invited_person_sets_a_password(unit, manager, django_capture_on_commit_callbacks):
    """The account is made at once; the mail leads to the page that sets the password; then nobody is reminded."""
    client = client_of(manager)
    data = {"email": "New@Test.Example", "display_name": "New Person", "language": "en", "kind": "viewer"}
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(at("invite"), data).status_code == 302
    person = Person.objects.get(email="new@test.example")
    assert (person.home_unit, person.has_usable_password()) == (unit, False)
    assert UnitRole.objects.get(person=person).kind == "viewer"
    assert [(message.to, "New Person" in message.body) for message in mail.outbox] == [([person.email], True)]
    assert "has set no password yet" in client.get(at("people")).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(at("remind", person.pk))
    assert len(mail.outbox) == 2
    found = re.search(r"https?://[^/]+(/\S+)", mail.outbox[1].body)
    newcomer = client_of()
    form = newcomer.get(found[1], follow=True)
    sent = newcomer.post(
        form.redirect_chain[-1][0], {"password1": "steppe-sky-2026", "password2": "steppe-sky-2026"}
    )
    assert sent.status_code == 302
    person.refresh_from_db()
    assert person.check_password("steppe-sky-2026")
    assert deliver_invitation(person.pk) is False
    with django_capture_on_commit_callbacks(execute=True):
        client.post(at("remind", person.pk))
    assert len(mail.outbox) == 2


@pytest.mark.parametrize("active", ["zh-hans", "en"])
@pytest.mark.parametrize(
    ("language", "subject", "first", "last"),
    [
        (
            "zh-hans",
            "您在内蒙古大型科研仪器开放共享网络的账号",
            "新人，您好！内蒙古大学已为您建立账号。",
            "逾期请在登录页通过“重置密码”重新获取链接。",
        ),
        (
            "en",
            "Your account in the open sharing network of large scientific instruments",
            "新人, an account has been made for you at Inner Mongolia University.",
            "After that, ask for a new link under “Reset password” on the sign-in page.",
        ),
    ],
)
def test_the_invitation_is_in_the_newcomer_s_language(language, subject, first, last, active):
    """Subject, sentences and the unit's name, whatever language the worker that sends it has active."""
    unit = UnitFactory(name_zh="内蒙古大学", name_en="Inner Mongolia University")
    person = PersonFactory(home_unit=unit, display_name="新人", language=language)
    person.set_unusable_password()
    person.save()
    with translation.override(active):
        assert deliver_invitation(person.pk)
    (message,) = mail.outbox
    assert message.subject == subject
    lines = message.body.split("\n")
    assert (lines[0], lines[-1]) == (first, last)


def test_an_invitation_is_refused_with_all_its_errors(unit, manager, django_capture_on_commit_callbacks):
    """An address that is taken, a name that is missing; nothing is written and nothing sent."""
    client, before = client_of(manager), state()
    with django_capture_on_commit_callbacks(execute=True):
        taken = client.post(
            at("invite"), {"email": manager.email, "display_name": "X", "language": "en", "kind": "manager"}
        )
        empty = client.post(at("invite"), {"email": "no", "display_name": "", "language": "xx"})
    assert (taken.status_code, list(taken.context["invitation"].errors)) == (422, ["email"])
    assert sorted(empty.context["invitation"].errors) == ["display_name", "email", "language"]
    assert state() == before
    assert mail.outbox == []


def test_only_the_units_own_people_are_reminded(unit, manager):
    """Somebody of another unit is not there."""
    stranger = PersonFactory()
    assert client_of(manager).post(at("remind", stranger.pk)).status_code == 404

"""What ends, resolves: roles and reports that rest on an account, a membership, a role or a unit."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from audit.models import Entry
from changes import perform
from changes.errors import Unresolved
from members.actions.people import change_person
from members.actions.roles import end_network_role, end_unit_role
from members.actions.units import UnitData, change_unit
from members.enums import NetworkRoleKind, UnitRoleKind
from members.models import NetworkRole, Person, UnitRole
from notices.models import Notice
from reporting.models import ReportRun
from tests.choosing import agreeing, answers, asked_by, told
from tests.factories.members import (
    AdminFactory,
    NetworkRoleFactory,
    PersonFactory,
    UnitFactory,
    UnitRoleFactory,
    make_manager,
    make_officer,
)
from tests.markup import tight
from tests.members.test_accounts import data_of

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 3, 4, 4, 0, tzinfo=dt.UTC)  # a Wednesday noon
TODAY = dt.date(2026, 3, 4)
SUSPENDED = (
    "Your unit takes no new bookings for now. Everybody whose booking is hit has been told; roles, records and "
    "reports of the unit stay. Please turn to the department."
)


@pytest.fixture(autouse=True)
def _now():
    """Stand still."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def officer():
    """Of the department, who may enter the admin."""
    return make_officer(is_staff=True)


@pytest.fixture
def unit():
    """With two managers."""
    made = UnitFactory(code="IMU")
    make_manager(made)
    return made


@pytest.fixture
def person(unit):
    """Manager and viewer, and viewer elsewhere; reads English."""
    made = make_manager(unit, language="en", email="leaving@test.example")
    UnitRoleFactory(unit=unit, person=made, kind=UnitRoleKind.VIEWER)
    UnitRoleFactory(person=made, kind=UnitRoleKind.VIEWER, unit=UnitFactory(code="ELSE"))
    return made


def report_of(person, unit, **more):
    """A report on the usage of a unit, waiting to be made."""
    parameters = {"unit": unit.code, "start": "2026-01-01", "end": "2026-02-01", "format": "xlsx"}
    given = {"kind": "instrument_usage", "parameters": parameters, "language": "en", **more}
    return ReportRun.objects.create(requested_by=person, **given)


def unit_data(unit, **changes):
    """What the department knows of the unit, with changes."""
    return replace(
        UnitData(**{field.name: getattr(unit, field.name) for field in fields(UnitData)}), **changes
    )


def everything():
    """All that could have changed."""
    return (
        list(Person.objects.order_by("pk").values()),
        list(UnitRole.objects.order_by("pk").values()),
        list(NetworkRole.objects.order_by("pk").values()),
        list(ReportRun.objects.order_by("pk").values()),
        Entry.objects.count(),
        Notice.objects.count(),
    )


def test_closing_an_account_shows_roles_and_reports_and_changes_nothing(officer, person, unit):
    """All of them by name; half an answer is none."""
    report_of(person, unit)
    report_of(make_manager(unit), unit)
    before = everything()
    closed = data_of(person, is_active=False)
    hits = asked_by(officer, change_person, person, closed)
    assert [(one.kind, one.choices) for one in hits] == [
        ("report_run", ("cancel",)),
        ("role", ("cancel",)),
        ("role", ("cancel",)),
        ("role", ("cancel",)),
    ]
    with pytest.raises(Unresolved) as refused:
        perform(officer, change_person, person, closed, choices={hits[0].key: "cancel"})
    assert list(refused.value.fields) == ["is_active"]
    with pytest.raises(Unresolved):
        # One word for all is none where there is no choice.
        perform(officer, change_person, person, closed, choices={"all": "cancel"})
    assert everything() == before


def test_a_closed_account_takes_its_roles_and_reports_with_it(officer, person, unit):
    """In one change, each on record; opened again it is nobody in particular."""
    mine, other = report_of(person, unit), report_of(make_manager(unit), unit)
    agreeing(officer, change_person, person, data_of(person, is_active=False, language="en"))
    assert set(UnitRole.objects.filter(person=person).values_list("valid_to", flat=True)) == {TODAY}
    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.state, mine.error, other.state) == (
        "cancelled",
        f"The account of {person} has been closed.",
        "queued",
    )
    verbs = list(Entry.objects.order_by("sequence").values_list("verb", flat=True))
    assert verbs == [
        "members.person.changed",
        *["members.role.ended"] * 3,
        "reporting.run.cancelled",
    ]
    assert [kind for kind, _body in told(person)] == [*["role_ended"] * 3, "report_failed"]
    agreeing(officer, change_person, person, data_of(Person.objects.get(pk=person.pk), is_active=True))
    assert not UnitRole.objects.on(TODAY).filter(person=person).exists()


def test_with_nothing_to_lose_nothing_is_asked(officer):
    """Programs that close a plain account go on as they did."""
    person = PersonFactory()
    closed = perform(officer, change_person, person, data_of(person, is_active=False))
    assert not closed.is_active
    again = perform(officer, change_person, person, data_of(person, is_active=False, display_name="新"))
    assert again.display_name == "新"


def test_who_moves_is_shown_the_roles_left_behind(officer, person, unit):
    """Those of the old unit alone, and they end."""
    before = everything()
    moved = data_of(person, home_unit=UnitFactory(), language="en")
    hits = asked_by(officer, change_person, person, moved)
    assert [one.key for one in hits] == [
        f"unit-role-{pk}"
        for pk in UnitRole.objects.filter(person=person, unit=unit)
        .order_by("kind")
        .values_list("pk", flat=True)
    ]
    assert everything()[1:4] == before[1:4]
    perform(officer, change_person, person, moved, choices=answers(hits))
    assert UnitRole.objects.on(TODAY).filter(person=person).count() == 1
    day = told(person)[0][1]
    assert day.startswith("From 4 Mar 2026 on you no longer have this role: Manager · ")


def test_a_report_that_its_person_may_no_longer_ask_for_is_cancelled(officer, person, unit):
    """By the role that ends; the same report of who keeps a role stays."""
    role = UnitRole.objects.get(person=person, kind=UnitRoleKind.MANAGER)
    UnitRole.objects.filter(person=person, unit=unit, kind=UnitRoleKind.VIEWER).update(valid_to=TODAY)
    run = report_of(person, unit)
    before = everything()
    (hit,) = asked_by(officer, end_unit_role, role)
    assert (hit.kind, hit.key, hit.choices) == ("report_run", f"run-{run.pk}", ("cancel",))
    assert everything() == before
    perform(officer, end_unit_role, role, choices={hit.key: "cancel"})
    run.refresh_from_db()
    assert (run.state, run.error) == ("cancelled", f"The role “Manager · {unit.name_en}” has ended.")
    assert [kind for kind, _body in told(person)] == ["role_ended", "report_failed"]


def test_a_second_role_or_a_later_day_keeps_the_report(officer, person, unit):
    """Nothing is asked: a viewer may ask for it as well, and next week it is long made."""
    role = UnitRole.objects.get(person=person, kind=UnitRoleKind.MANAGER)
    report_of(person, unit)
    viewer = UnitRole.objects.get(person=person, unit=unit, kind=UnitRoleKind.VIEWER)
    perform(officer, end_unit_role, viewer)
    perform(officer, end_unit_role, role, valid_to=TODAY + dt.timedelta(days=7))
    assert ReportRun.objects.get().state == "queued"


def test_a_role_of_the_network_takes_its_reports_with_it():
    """The yearly report of an officer who is none any more."""
    admin, role = AdminFactory(), NetworkRoleFactory(kind=NetworkRoleKind.OFFICER)
    run = ReportRun.objects.create(
        kind="annual_evaluation", parameters={"year": 2025, "format": "pdf"}, requested_by=role.person
    )
    before = everything()
    (hit,) = asked_by(admin, end_network_role, role)
    assert everything() == before
    perform(admin, end_network_role, role, choices={hit.key: "cancel"})
    run.refresh_from_db()
    assert run.state == "cancelled"


@pytest.mark.parametrize("rows", [1, 3])
def test_asking_costs_the_same_for_one_and_three(officer, unit, rows, django_assert_num_queries):
    """Of an account, and of a unit."""
    person = PersonFactory(home_unit=unit)
    for _number in range(rows):
        UnitRoleFactory(person=person, kind=UnitRoleKind.VIEWER, unit=UnitFactory())
        report_of(person, unit)
        make_manager(unit)
    with django_assert_num_queries(20):
        asked_by(officer, change_person, person, data_of(person, is_active=False))
    with django_assert_num_queries(25):
        asked_by(officer, change_unit, unit, unit_data(unit, state="left"))


def test_a_unit_that_leaves_ends_its_roles_and_one_suspended_keeps_them(officer, unit):
    """Each manager is told which it is, in the own language."""
    unit.name_en = "Example University"
    unit.save()
    manager = make_manager(unit, language="en")
    run = report_of(manager, unit)
    (hit,) = asked_by(officer, change_unit, unit, unit_data(unit, state="suspended"))
    assert (hit.key, hit.choices, hit.person) == (f"run-{run.pk}", ("keep", "cancel"), manager)
    perform(officer, change_unit, unit, unit_data(unit, state="suspended"), choices={hit.key: "keep"})
    assert UnitRole.objects.on(TODAY).filter(unit=unit).count() == 2
    assert told(manager) == [("unit_suspended", SUSPENDED)]
    run.refresh_from_db()
    assert run.state == "queued"
    hits = asked_by(officer, change_unit, unit, unit_data(unit, state="left"))
    assert sorted(one.kind for one in hits) == ["report_run", "role", "role"]
    agreeing(officer, change_unit, unit, unit_data(unit, state="left"), prefer="cancel")
    assert not UnitRole.objects.on(TODAY).filter(unit=unit).exists()
    run.refresh_from_db()
    assert (run.state, run.error) == ("cancelled", "Example University has left the network.")
    assert [kind for kind, _body in told(manager)] == [
        "unit_suspended", "role_ended", "report_failed", "unit_left",
    ]  # fmt: skip
    # Back again, and a mere change of name, take nothing away.
    unit.refresh_from_db()
    perform(officer, change_unit, unit, unit_data(unit, state="active"))


def test_the_admin_asks_keeps_what_was_chosen_and_saves(officer, unit):
    """First with the questions inside the form and nothing changed, then done."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(officer)
    runs = [report_of(PersonFactory(home_unit=unit), unit) for _number in range(2)]
    url = reverse("admin:members_memberunit_change", args=[unit.pk])
    form = client.get(url).context["adminform"].form
    sent = {name: "" if (value := form.get_initial_for_field(field, name)) is None else value
            for name, field in form.fields.items()}  # fmt: skip
    sent |= {"state": "suspended"}
    before = everything()
    answer = client.post(url, {**sent, f"choice_run-{runs[0].pk}": "cancel"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert everything() == before
    assert answer.context["adminform"].form.errors["state"] == [
        "2 things rest on this. Say for each what shall happen to it."
    ]
    chosen = page.index(f'name="choice_run-{runs[0].pk}"')
    assert '<option value="cancel" selected>' in page[chosen : page.index("</select>", chosen)]
    assert page.index("<form", page.index("content-main")) < chosen < page.rindex("</form>")
    answer = client.post(url, {**sent, f"choice_run-{runs[0].pk}": "cancel", "choice_all": "keep"})
    assert answer.status_code == 302
    assert [ReportRun.objects.get(pk=run.pk).state for run in runs] == ["cancelled", "queued"]
    unit.refresh_from_db()
    assert unit.state == "suspended"


def test_the_admin_closes_an_account_with_what_is_preselected(officer, person):
    """What leaves no choice is sent along as it stands on the page."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(officer)
    url = reverse("admin:members_person_change", args=[person.pk])
    sent = {
        "email": person.email, "display_name": person.display_name, "affiliation": "member_unit",
        "home_unit": person.home_unit_id, "language": "en", "mail_wanted": "on", "version": person.version,
    }  # fmt: skip
    answer = client.post(url, sent)
    hits = answer.context["adminform"].form.hits
    assert (answer.status_code, len(hits)) == (200, 3)
    assert tight(answer.content.decode()).count('<option value="cancel">ends with it</option>') == 3
    answer = client.post(url, {**sent, **{hit.name: "cancel" for hit in hits}})
    assert answer.status_code == 302
    person.refresh_from_db()
    assert not person.is_active
    assert not UnitRole.objects.on(TODAY).filter(person=person).exists()


def test_the_page_of_the_people_asks_before_a_role_ends(person, unit):
    """In a form of its own that names role and person, and keeps the day; then it ends."""
    UnitRole.objects.filter(person=person, unit=unit, kind=UnitRoleKind.VIEWER).update(valid_to=TODAY)
    role, run = UnitRole.objects.get(person=person, kind=UnitRoleKind.MANAGER), report_of(person, unit)
    client = Client(headers={"accept-language": "en"})
    client.force_login(make_manager(unit))
    url = reverse("members:end_role", args=["IMU", role.pk])
    before = everything()
    answer = client.post(url, {"valid_to": "2026-03-04"})
    page = answer.content.decode()
    assert (answer.status_code, everything()) == (422, before)
    asking = tight(page)[tight(page).index('<form id="end"') :]
    asking = asking[: asking.index("</form>")]
    assert f"End the role of {person.display_name}: Manager" in asking
    assert f'name="choice_run-{run.pk}"' in asking
    assert 'value="2026-03-04"' in asking
    assert "1 thing rests on this. Say what shall happen to it." in asking
    answer = client.post(url, {"valid_to": "2026-03-04", f"choice_run-{run.pk}": "cancel"})
    assert answer.status_code == 302
    role.refresh_from_db()
    assert role.valid_to == TODAY

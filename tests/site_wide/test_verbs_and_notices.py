"""Every verb of the history and every kind of notice of people, announcements, reports and tokens, asserted by name."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.urls import reverse

from audit.models import Entry
from audit.vocabulary import verbs as known_verbs
from changes import perform
from changes.errors import NotAllowed
from changes.errors import NotAllowed as ReportNotAllowed
from members.actions.invitations import invite_again, invite_person
from members.actions.organisations import (
    OrganisationData,
    change_organisation,
    merge_organisation,
    part_organisation,
    register_organisation,
)
from members.actions.people import (
    PersonData,
    change_own_account,
    change_person,
    create_person,
    set_admin_access,
)
from members.actions.roles import end_network_role, end_unit_role, give_network_role, give_unit_role
from members.actions.units import UnitData, UnitProfile, change_unit, change_unit_profile, create_unit
from members.models import NetworkRole, UnitRole
from notices.kinds import registered
from notices.models import Announcement, Notice
from portal.accounts import AccountAdapter
from reporting import making, registry, runs
from reporting.errors import ReportError
from tests.api.calling import Caller
from tests.factories.members import (
    AdminFactory,
    OrganisationFactory,
    PersonFactory,
    RegionFactory,
    UnitFactory,
    make_officer,
)
from tests.reporting.kinds import make_kind
from webapi import tokens
from webapi.models import AccessToken

pytestmark = pytest.mark.django_db

OF_APPS = {
    "demo": "booking.written network.seeded",
    "members": "organisation.changed organisation.merged organisation.parted organisation.registered person.changed "
    "person.created person.invited person.password_changed person.transfer_asked refused role.ended role.given "
    "unit.changed unit.created",
    "notices": "announcement.changed announcement.created announcement.deleted",
    "operations": "network.restored",
    "reporting": "refused run.cancelled run.done run.downloaded run.failed run.requested",
    "webapi": "refused token.issued token.revoked",
}
ELSEWHERE = {"evaluations", "instruments"}
"""Apps whose verbs and kinds are asserted in a file `test_verbs_and_notices.py` of their own."""
KINDS = {"report_done", "report_done_with_gaps", "report_failed"}
OF_WHAT_ENDS = {
    "instruments_unkept",
    "role_ended",
    "stewardship_ended",
    "transfer_asked",
    "transfer_wanted",
    "unit_left",
    "unit_suspended",
}
"""Asserted by name in `members/test_what_ends`, `members/test_transfers` and beside the stewards of instruments."""
OF_SERIES = {
    f"series_{what}" for what in ("approved", "cancelled", "confirmed", "declined", "moved", "requested")
}
"""Asserted by name in `instruments/booking/test_series` and `test_series_later`."""
OF_WAIT_LISTS = {f"wait_{what}" for what in ("lapsed", "offer_withdrawn", "offered", "over")}
"""Asserted by name in `instruments/waiting/test_offers`."""
OF_FAULTS = {"fault_acknowledged", "fault_ended", "fault_reported"}
"""Asserted by name in `instruments/upkeep/test_faults`."""
OF_BUNDLES = {"bundle_confirmed", "bundle_requested"}
"""Asserted by name in `instruments/bundles/test_bundles`."""
OF_DEPUTIES = {"deputy_ended", "deputy_named"}
"""Asserted by name in `instruments/inventory/test_deputies`."""
OF_PLANS = {"upkeep_due", "upkeep_overdue"}
"""Asserted by name in `instruments/upkeep/test_plans`."""


def test_the_lists_are_those_of_the_registers():
    """A new verb or kind has its test by name; one that is gone is missed."""
    here = {verb for verb in known_verbs() if verb.split(".")[0] not in ELSEWHERE}
    assert here == {f"{app}.{verb}" for app, said in OF_APPS.items() for verb in said.split()}
    others = {kind for kind in registered() if not kind.startswith(("booking_", "evaluation_"))}
    assert (
        others
        == KINDS | OF_WHAT_ENDS | OF_SERIES | OF_FAULTS | OF_BUNDLES | OF_WAIT_LISTS | OF_PLANS | OF_DEPUTIES
    )


def said(*expected: str) -> bool:
    """Whether these verbs, oldest first, came since the last asking."""
    found = list(Entry.objects.order_by("sequence").values_list("verb", flat=True))
    fresh = found[said.known :]  # type: ignore[attr-defined]
    said.known = len(found)  # type: ignore[attr-defined]
    assert fresh == list(expected)
    return True


@pytest.fixture(autouse=True)
def _from_here():
    """Nothing was said yet."""
    said.known = 0


def test_units_people_and_roles():
    """Each act of the members, and a refusal."""
    officer, superuser, stranger = make_officer(), AdminFactory(), PersonFactory()
    data = UnitData(code="NEW", name_zh="新大学", region=RegionFactory(), joined_on=dt.date(2020, 1, 1))
    boss = PersonData(email="boss@new.example", display_name="张主任")
    unit = perform(officer, create_unit, data, manager=boss)
    assert said("members.unit.created", "members.person.created", "members.role.given")
    unit = perform(officer, change_unit, unit, replace(data, name_en="New"))
    assert said("members.unit.changed")
    perform(officer, change_unit_profile, unit, UnitProfile(about_en="About"))
    assert said("members.unit.changed")
    invited = perform(officer, invite_person, PersonData("one@new.example", "一"), unit, kind="viewer")
    assert said("members.person.created", "members.role.given")
    perform(officer, invite_again, invited, unit)
    assert said("members.person.invited")
    one = PersonData("two@new.example", "二", home_unit=unit)
    person = perform(officer, create_person, one)
    assert said("members.person.created")
    perform(officer, change_person, person, replace(one, display_name="贰"))
    assert said("members.person.changed")
    perform(person, change_own_account, person, phone="1", language="en", mail_wanted=False)
    assert said("members.person.changed")
    perform(superuser, set_admin_access, person, allowed=True)
    assert said("members.person.changed")
    perform(officer, give_unit_role, person, unit, "steward")
    assert said("members.role.given")
    perform(officer, end_unit_role, UnitRole.objects.get(person=person))
    assert said("members.role.ended")
    perform(superuser, give_network_role, person, "officer")
    assert said("members.role.given")
    perform(superuser, end_network_role, NetworkRole.objects.get(person=person))
    assert said("members.role.ended")
    AccountAdapter().set_password(person, "steppe-sky-2026")
    assert said("members.person.password_changed")
    with pytest.raises(NotAllowed):
        perform(stranger, change_unit, unit, data)
    assert said("members.refused")


def test_organisations():
    """Registered, changed, merged, parted."""
    officer, private = make_officer(), OrganisationFactory(private_to=UnitFactory(), kind="")
    data = OrganisationData(name_zh="青城制药有限公司", kind="enterprise")
    firm = perform(officer, register_organisation, data)
    assert said("members.organisation.registered")
    firm = perform(officer, change_organisation, firm, replace(data, name_en="Qingcheng"))
    assert said("members.organisation.changed")
    private = perform(officer, merge_organisation, private, firm)
    assert said("members.organisation.merged")
    perform(officer, part_organisation, private)
    assert said("members.organisation.parted")


def test_announcements(client):
    """Written, changed and taken back in the admin."""
    client.force_login(make_officer(is_staff=True))
    typed = {
        "kind": "rules", "title_zh": "新办法", "title_en": "New rules", "body_zh": "自下月起施行。",
        "body_en": "In force from next month.", "link": "", "published_at_0": "2026-03-02",
        "published_at_1": "09:00", "last_day": "",
    }  # fmt: skip
    assert client.post(reverse("admin:notices_announcement_add"), typed).status_code == 302
    assert said("notices.announcement.created")
    row = Announcement.objects.get()
    change = reverse("admin:notices_announcement_change", args=[row.pk])
    assert client.post(change, {**typed, "title_en": "Newer rules"}).status_code == 302
    assert said("notices.announcement.changed")
    delete = reverse("admin:notices_announcement_delete", args=[row.pk])
    client.post(client.get(delete).url, {"post": "yes"})
    assert said("notices.announcement.deleted")
    assert not Announcement.objects.exists()


@pytest.fixture
def ask(monkeypatch, settings, tmp_path):
    """Ask for a trial report that nobody makes until the test does."""
    reports = {**settings.STORAGES["reports"], "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "reports": reports}
    monkeypatch.setattr(runs, "_senders", [])
    person = PersonFactory()

    def made(**kind):
        monkeypatch.setitem(registry._KINDS, "trial", make_kind(**kind))
        run = perform(person, runs.request_run, "trial", {"number": 7, "format": "csv"})
        assert said("reporting.run.requested")
        return run

    return made


def kinds() -> list[str]:
    """Kinds of notice so far."""
    return list(Notice.objects.order_by("pk").values_list("kind", flat=True))


def test_reports(ask):
    """Asked for and made, fetched, cancelled, failed, refused."""
    run = ask()
    making.make(run.pk)
    assert said("reporting.run.done")
    assert kinds() == ["report_done"]
    runs.file_for(run.requested_by, run.pk)
    assert said("reporting.run.downloaded")
    other = ask()
    perform(other.requested_by, runs.cancel_run, other)
    assert said("reporting.run.cancelled")

    def broken(parameters, progress):
        raise ReportError("away")

    making.make(ask(build=broken).pk)
    assert said("reporting.run.failed")
    assert kinds() == ["report_done", "report_failed"]
    with pytest.raises(ReportNotAllowed):
        perform(PersonFactory(), runs.cancel_run, run)
    assert said("reporting.refused")


def test_a_report_with_characters_that_could_not_be_printed(ask, monkeypatch):
    """Whoever asked is told of them."""
    glyph = {"character": "𰻝", "code": "U+30EDD", "places": ["x"]}

    def render(_document, path, _step):
        path.write_bytes(b"x")
        return [glyph]

    monkeypatch.setattr("reporting.renderers.csv_file.render", render)
    making.make(ask().pk)
    assert said("reporting.run.done")
    assert kinds() == ["report_done_with_gaps"]


def test_tokens():
    """Issued, revoked, and refused for want of a scope."""
    person = PersonFactory()
    perform(person, tokens.issue, person, name="one", scopes=("read",), days=1)
    assert said("webapi.token.issued")
    perform(person, tokens.revoke, AccessToken.objects.get())
    assert said("webapi.token.revoked")
    caller = Caller(person, scopes=("read",))
    assert said("webapi.token.issued")
    assert caller.post("bookings/", {}).status_code == 403
    assert said("webapi.refused")

"""A right is asked about a row: about anything else, and for whoever's account is closed, nobody has one."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from members.permissions import can
from tests.factories.members import PersonFactory

VERBS = [
    "view_fault",
    "report_fault",
    "handle_fault",
    "read_messages",
    "read_attachments",
    "attach_files",
    "edit_replies",
    "name_deputy",
    "write_message",
    "handle_wait",
    "view_line",
    "view_bundle",
    "cancel_bundle",
    "view_upkeep",
    "plan_upkeep",
    "view_booking",
    "cancel_booking",
    "move_booking",
    "approve_booking",
    "take_offer",
    "let_offer_go",
]


@pytest.mark.django_db
@pytest.mark.parametrize("verb", VERBS)
def test_nobody_has_a_right_to_what_is_no_row(verb):
    for person in (PersonFactory(), PersonFactory(is_active=False), AnonymousUser()):
        assert not can(person, verb, "instruments:1")

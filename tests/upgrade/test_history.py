"""A network with a chain of hashes becomes one with a log: nothing is lost, the chain stays verifiable."""

from __future__ import annotations

import json

import pytest
from django.db import connection

from tests.upgrade.conftest import network

pytestmark = pytest.mark.xdist_group("upgrade")

ENTRIES = 171
"""What the earlier release wrote; upgraded rows of the domain may leave entries of their own behind them."""


def test_the_chain_becomes_the_first_leaves_in_its_order(upgraded):
    """All links are kept, leaves 0 to 170 are entries 1 to 171, and the counter goes on behind them."""
    upgraded.manage("seal_audit", "--once")
    found = upgraded.ask(
        "import json; leaves = model('audit.Leaf').objects.order_by('index'); "
        "links = model('audit.ChainLink').objects.order_by('pk'); "
        "from audit.history import record; "
        "new = record(actor=None, verb='members.unit.changed', target='thing:1'); "
        "print(json.dumps([list(leaves.values_list('index', 'entry_id')), "
        "list(links.values_list('pk', flat=True)), new.pk]))"
    )
    leaves, links, new = json.loads(found.splitlines()[-1])
    assert leaves[:ENTRIES] == [[n, n + 1] for n in range(ENTRIES)]
    assert links == list(range(1, ENTRIES + 1))
    assert new > len(leaves)
    upgraded.manage("seal_audit", "--once")
    assert f"{len(leaves) + 1} sealed entries, the log is whole." in upgraded.manage("verify_audit")


def test_a_chain_that_was_broken_does_not_stop_the_upgrade_but_is_named(tmp_path, django_db_setup):
    """An entry altered before the upgrade is sealed as it is; `verify_audit` says where the chain breaks."""
    table = "" if connection.vendor == "sqlite" else " ON audit_entry"
    with network(
        tmp_path,
        f"DROP TRIGGER audit_append_only_update{table}",
        "UPDATE audit_entry SET verb = 'members.unit.created' WHERE sequence = 100",
    ) as broken:
        broken.manage("seal_audit", "--once")
        said = broken.manage("verify_audit", passes=False)
    assert "- the chain before the log does not fit from entry 100 on" in said

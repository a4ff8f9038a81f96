"""Queues of the background: every task waits in one of them, and in no other."""

from __future__ import annotations

import pytest
from kombu import Connection, Producer

from config.celery import app
from config.queues import QUEUES, ROUTES


def queue_of(task: str) -> str:
    """The queue into which a task of this name is put."""
    return app.amqp.router.route({}, task)["queue"].name


def test_every_task_has_its_queue():
    """All tasks of the apps by name; a new one is decided about here."""
    app.loader.import_default_modules()
    found = {name: queue_of(name) for name in app.tasks if not name.startswith(("celery.", "tests."))}
    assert found == {
        "background.beat": "upkeep",
        "demo.live": "upkeep",
        "evaluations.resend_stale_jobs": "upkeep",
        "evaluations.score_round": "evaluation",
        "evaluations.take_snapshot": "evaluation",
        "instruments.expire_requests": "upkeep",
        "instruments.keep_availability": "upkeep",
        "instruments.mark_no_shows": "upkeep",
        "instruments.offer_waiting": "upkeep",
        "instruments.publish_slots": "upkeep",
        "instruments.remind_bookings": "upkeep",
        "instruments.settle_ended_stewardships": "upkeep",
        "instruments.tell_of_upkeep": "upkeep",
        "instruments.verify_availability": "upkeep",
        "members.send_invitation": "mail",
        "members.settle_ended_roles": "upkeep",
        "notices.send_daily_mail": "mail",
        "notices.send_mail": "mail",
        "notices.send_pending_mail": "mail",
        "reporting.expire_files": "upkeep",
        "reporting.make_run": "reports",
        "reporting.resend_stale_runs": "upkeep",
        "webapi.forget_old_answers": "upkeep",
    }
    assert set(ROUTES) <= set(found)


def test_a_worker_without_a_choice_serves_all():
    """As `serve` starts it."""
    assert set(app.amqp.queues.consume_from) == set(QUEUES)


@pytest.mark.parametrize("name", QUEUES)
def test_a_message_goes_into_one_queue(name):
    """With a shared exchange and key each queue would get every message."""
    queues = app.amqp.queues
    with Connection("memory://") as connection:
        channel = connection.channel()
        bound = {each: queues[each](channel) for each in QUEUES}
        for queue in bound.values():
            queue.declare()
            queue.purge()
        Producer(channel, exchange=queues[name].exchange, routing_key=queues[name].routing_key).publish(
            {"to": name}
        )
        held = {each: queue.queue_declare(passive=True).message_count for each, queue in bound.items()}
    assert held == {each: int(each == name) for each in QUEUES}

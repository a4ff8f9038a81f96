"""Tasks room: what the schedule asks of bookings; thin, and safe to run twice."""

from __future__ import annotations

import datetime as dt
import logging

from celery import shared_task
from django.utils import timezone

from instruments.availability.models import AvailabilityChange
from instruments.availability.queries import keeping
from instruments.booking.actions.sweeps import (
    end_forgotten_visits,
    expire_requests,
    finish_maintenance,
    mark_no_shows,
    remind_bookings,
)
from instruments.booking.actions.waiting_requests import escalate_requests, remind_deciders
from instruments.inventory.actions.stewards import settle_ended_stewardships
from instruments.opendata.actions import publish_slots
from instruments.upkeep.actions.reminders import tell_of_upkeep
from instruments.waiting.actions.sweeps import end_wishes, offer_waiting

CHANGES_KEPT = dt.timedelta(days=3)

logger = logging.getLogger(__name__)


@shared_task(name="instruments.expire_requests")
def expire_requests_now() -> None:
    """Expire requests nobody decided in time, and offers nobody answered; remind of those that wait."""
    now = timezone.now()
    logger.info("expired requests: %s", expire_requests(now))
    logger.info("reminded: %s, escalated: %s", remind_deciders(now), escalate_requests(now))


@shared_task(name="instruments.mark_no_shows")
def mark_no_shows_now() -> None:
    """Mark missed bookings, complete maintenance that is over, end visits that nobody ended."""
    now = timezone.now()
    logger.info("forgotten: %s", end_forgotten_visits(now))
    logger.info("missed: %s, maintenance over: %s", mark_no_shows(now), finish_maintenance(now))


@shared_task(name="instruments.remind_bookings")
def remind_bookings_now() -> None:
    """Remind people of what they booked for the next 24 hours."""
    logger.info("reminded: %s", remind_bookings(timezone.now()))


@shared_task(name="instruments.offer_waiting")
def offer_waiting_now() -> None:
    """Offer free time to those who wait for it, and end what nothing can come of any more."""
    now = timezone.now()
    logger.info("wishes ended: %s, offers made: %s", end_wishes(now), offer_waiting(now))


@shared_task(name="instruments.tell_of_upkeep")
def tell_of_upkeep_now() -> None:
    """Tell what upkeep and calibrations fall due or are overdue."""
    logger.info("told of upkeep: %s", tell_of_upkeep(timezone.now()))


@shared_task(name="instruments.settle_ended_stewardships")
def settle_ended_stewardships_now() -> None:
    """Settle what rests on stewardships that are over by their date."""
    logger.info("settled stewardships: %s", settle_ended_stewardships(timezone.now()))


@shared_task(name="instruments.publish_slots")
def publish_slots_now() -> None:
    """Bring the open feed of free time up to date."""
    logger.info("free spans gone, changed, new: %s", publish_slots(timezone.now()))


@shared_task(name="instruments.keep_availability")
def keep_availability_now() -> None:
    """Leave a copy of the index of free time for processes that start."""
    keeping.store(keeping.current(timezone.now()))


@shared_task(name="instruments.verify_availability")
def verify_availability_now() -> None:
    """Compare the kept index of free time with the database, make it anew, and sweep what everybody has read."""
    now = timezone.now()
    if differences := keeping.verified(now):
        logger.error(
            "The index of free time differed from the database in %d places; made anew.", differences
        )
    AvailabilityChange.objects.filter(at__lt=now - CHANGES_KEPT).delete()

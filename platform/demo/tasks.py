"""What the schedule asks of the demonstration, where there is one."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone

from demo.visits import let_them_live

logger = logging.getLogger(__name__)


@shared_task(name="demo.live", expires=60)
def live() -> None:
    """Let the invented people come and go."""
    logger.info("invented visits begun and ended: %s", let_them_live(timezone.now()))

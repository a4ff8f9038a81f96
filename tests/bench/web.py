"""The web server of a measurement: as `manage.py serve` asks for it, but that no page is made ahead meanwhile.

What the thread for that does would be counted as the cost of the page asked for.
"""

from __future__ import annotations

from config.web import settle

worker_class = "config.patient_worker.PatientWorker"


def post_worker_init(_worker: object) -> None:
    """Begin to serve."""
    settle()

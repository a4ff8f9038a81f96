"""The last sign of life of each background process."""

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

NAMES = {"schedule": _("Schedule"), "worker": _("Worker")}


class Heartbeat(models.Model):
    """`schedule` beats when it sends, `worker` when a worker does what was sent, `worker.QUEUE` in the other queues."""

    name = models.CharField(_("process"), max_length=40, primary_key=True)
    at = models.DateTimeField(_("last sign of life"))

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return f"{self.label} · {date_format(timezone.localtime(self.at), 'DATETIME_FORMAT')}"

    @property
    def label(self) -> str:
        """The process in words."""
        name, _dot, queue = self.name.partition(".")
        label = str(NAMES.get(name, name))
        return f"{label} · {queue}" if queue else label

"""A notice to one person, and an announcement to everybody."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from notices.links import check_link


class MailState(models.TextChoices):
    """Where the mail of a notice stands."""

    PENDING = "pending", _("waiting to be sent")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    FAILED = "failed", _("could not be sent")
    UNWANTED = "unwanted", _("no mail wanted")
    DAILY = "daily", _("waits for the daily mail")


class Mailed(models.Model):
    """What is sent as one mail: where that stands, how often it was tried, who tries now."""

    mail_state = models.CharField(
        _("mail"), max_length=10, choices=MailState.choices, default=MailState.PENDING
    )
    mail_attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    mail_claimed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class DailyMail(Mailed):
    """The daily mail (每日摘要) of one person: one a day, with the notices that waited for it."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=pgettext_lazy("an account", "person"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    day = models.DateField(_("day"))
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("daily mail")
        verbose_name_plural = _("daily mails")
        ordering = ["-day", "-id"]
        constraints = [models.UniqueConstraint(fields=["person", "day"], name="one_daily_mail")]
        indexes = [models.Index(fields=["mail_state", "created_at"], name="daily_mail_state")]

    def __str__(self) -> str:
        return f"{self.day} → {self.person_id}"


class Notice(Mailed):
    """One message to one person; its sentence is made from `kind` and `context` in the reader's language."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=pgettext_lazy("an account", "person"),
        on_delete=models.PROTECT,
        related_name="notices",
    )
    kind = models.CharField(_("kind"), max_length=60)
    context = models.JSONField(_("content"), default=dict)
    link = models.CharField(_("link"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    read_at = models.DateTimeField(pgettext_lazy("moment", "read"), null=True, blank=True)
    daily = models.ForeignKey(
        DailyMail, verbose_name=_("daily mail"), null=True, blank=True, on_delete=models.PROTECT
    )

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["person", "-created_at"], name="notice_person"),
            models.Index(fields=["person"], name="notice_unread", condition=models.Q(read_at=None)),
            models.Index(fields=["mail_state", "created_at"], name="notice_mail"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.person_id}"


class AnnouncementKind(models.TextChoices):
    """What an announcement (公告) is about."""

    EVALUATION = "evaluation", _("Evaluation")
    OPENING = "opening", pgettext_lazy("kind of announcement", "Opening")
    JOINING = "joining", _("New in the network")
    OUTAGE = "outage", _("Outage")
    TRAINING = "training", _("Training")
    RULES = "rules", pgettext_lazy("kind of announcement", "Rules")


class Announcement(models.Model):
    """One public announcement (公告) on the home page, in both languages."""

    kind = models.CharField(_("kind"), max_length=12, choices=AnnouncementKind.choices)
    title_zh = models.CharField(_("title (Chinese)"), max_length=120)
    title_en = models.CharField(_("title (English)"), max_length=200)
    body_zh = models.TextField(_("text (Chinese)"))
    body_en = models.TextField(_("text (English)"))
    link = models.CharField(
        _("link"),
        max_length=300,
        blank=True,
        validators=[check_link],
        help_text=_(
            "A page of this site, such as /evaluations/2026/, or an address with http:// or https://."
        ),
    )
    published_at = models.DateTimeField(_("published"), default=timezone.now)
    deadline = models.DateTimeField(_("deadline"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        ordering = ["-published_at", "-id"]

    def __str__(self) -> str:
        return self.title_zh

    @property
    def last_day(self) -> dt.date | None:
        """The last local day on which it holds: a deadline at midnight belongs to the day before."""
        if self.deadline is None:
            return None
        return timezone.localdate(self.deadline - dt.timedelta(microseconds=1))

    def clean(self) -> None:
        """Refuse a deadline before the publication."""
        if self.deadline is not None and self.published_at and self.deadline < self.published_at:
            raise ValidationError({"deadline": _("The deadline lies before the publication.")})

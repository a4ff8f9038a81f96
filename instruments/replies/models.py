"""Texts that a unit answers with."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from instruments.replies.rules.replies import LONGEST_NAME, LONGEST_WORDS


class ReplyTemplate(models.Model):
    """A reply template (答复模板) of a unit: its name, the words in Chinese and, where it has them, in English."""

    unit = models.ForeignKey("members.MemberUnit", on_delete=models.PROTECT, related_name="replies")
    name = models.CharField(_("what it is called"), max_length=LONGEST_NAME)
    words_zh = models.CharField(_("words in Chinese"), max_length=LONGEST_WORDS)
    words_en = models.CharField(_("words in English"), max_length=LONGEST_WORDS, blank=True, default="")
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        verbose_name = _("reply template")
        verbose_name_plural = _("reply templates")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "name"], name="reply_once_per_name"),
        ]

    def __str__(self) -> str:
        return self.name

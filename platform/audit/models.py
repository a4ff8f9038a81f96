"""The history's rows: entries as they happen, and the Merkle log that one sealer builds over them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from audit.vocabulary import in_words

HEX = 64


class Entry(models.Model):
    """What was done to what, by whom, when; written with the change, sealed afterwards.

    `sequence` comes from the database's own counter, so that no writer waits for another: it may leave gaps, and a
    smaller one may be committed later. The order that is proved is that of the leaves.
    """

    sequence = models.BigAutoField(_("sequence"), primary_key=True)
    at = models.DateTimeField(_("time"), db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("actor"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    verb = models.CharField(_("verb"), max_length=80, db_index=True)
    target_type = models.CharField(_("kind of object"), max_length=80)
    target_id = models.CharField(_("object"), max_length=80)
    before = models.JSONField(_("before"), null=True)
    after = models.JSONField(_("after"), null=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ["-sequence"]
        indexes = [models.Index(fields=["target_type", "target_id", "sequence"], name="audit_target")]

    def __str__(self) -> str:
        return f"{self.sequence} · {in_words(self.verb)}"


class Unsealed(models.Model):
    """The queue to the log: a pointer for each entry without a leaf, put in by the database as the entry is written."""

    entry = models.OneToOneField(Entry, primary_key=True, on_delete=models.PROTECT, related_name="unsealed")

    def __str__(self) -> str:
        return str(self.entry_id)


class Leaf(models.Model):
    """The place of an entry in the log; `hash` is the leaf hash of RFC 9162 over the entry's content, in hex."""

    index = models.PositiveBigIntegerField(primary_key=True)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="leaf")
    hash = models.CharField(max_length=HEX)

    def __str__(self) -> str:
        return f"{self.index} {self.hash}"


class Node(models.Model):
    """The hash of a complete subtree of 2**level leaves, for every eighth level: proofs then read few rows."""

    level = models.PositiveSmallIntegerField()
    index = models.PositiveBigIntegerField()
    hash = models.CharField(max_length=HEX)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "index"], name="audit_node_place")]

    def __str__(self) -> str:
        return f"{self.level}/{self.index} {self.hash}"


class Checkpoint(models.Model):
    """The root over the first `size` leaves, written with the last of them; `at` is the sealer's clock, not proved."""

    size = models.PositiveBigIntegerField(primary_key=True)
    root = models.CharField(max_length=HEX)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.size}:{self.root}"


class ChainLink(models.Model):
    """The link of an entry in the chain that came before the log: kept so that it can still be verified."""

    entry = models.OneToOneField(Entry, primary_key=True, on_delete=models.PROTECT, related_name="chain_link")
    previous_hash = models.CharField(max_length=HEX)
    hash = models.CharField(max_length=HEX)

    def __str__(self) -> str:
        return f"{self.entry_id} {self.hash}"

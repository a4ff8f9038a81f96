"""Member units of the network."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.enums import UnitKind, UnitState


class MemberUnit(models.Model):
    """A member unit (成员单位): the legal person that owns instruments and is evaluated."""

    code = models.CharField(
        _("code"),
        max_length=20,
        unique=True,
        validators=[
            RegexValidator(r"^[A-Z][A-Z0-9-]{1,19}$", _("Use 2 to 20 capital letters, digits and hyphens."))
        ],
    )
    name_zh = models.CharField(_("name (Chinese)"), max_length=100, unique=True)
    name_en = models.CharField(_("name (English)"), max_length=200, blank=True)
    short_name = models.CharField(_("short name"), max_length=20, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=UnitKind.choices)
    region = models.ForeignKey(
        "members.Region", verbose_name=_("league or city"), on_delete=models.PROTECT, related_name="units"
    )
    credit_code = models.CharField(
        _("unified social credit code"), max_length=18, unique=True, null=True, blank=True
    )
    nrii_code = models.CharField(_("national platform code"), max_length=32, blank=True)
    joined_on = models.DateField(_("joined on"))
    contact_name = models.CharField(_("contact person"), max_length=20, blank=True)
    contact_phone = models.CharField(_("contact phone"), max_length=20, blank=True)
    contact_email = models.EmailField(_("contact e-mail"), max_length=100, blank=True)
    website = models.URLField(_("website"), max_length=150, blank=True)
    about_zh = models.TextField(_("about (Chinese)"), max_length=500, blank=True)
    about_en = models.TextField(_("about (English)"), max_length=1000, blank=True)
    state = models.CharField(
        pgettext_lazy("condition", "state"),
        max_length=10,
        choices=UnitState.choices,
        default=UnitState.ACTIVE,
    )
    invented = models.BooleanField(
        _("invented"), default=False, help_text=_("An invented unit of the demonstration.")
    )

    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("member unit")
        verbose_name_plural = _("member units")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=UnitKind.values), name="unit_kind_known"),
            models.CheckConstraint(condition=models.Q(state__in=UnitState.values), name="unit_state_known"),
        ]

    def __str__(self) -> str:
        return self.name_zh

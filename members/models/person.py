"""People: the accounts of the network, by e-mail address."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.enums import Affiliation


class PersonManager(BaseUserManager["Person"]):
    """Creates people with a lower-case address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Person:
        """Create one person. Raises ValueError without an address."""
        if not email:
            raise ValueError("A person needs an e-mail address.")
        person = self.model(email=email.strip().lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> Person:
        """Create one person with every right in the admin."""
        return self.create_user(email, password, **{**fields, "is_staff": True, "is_superuser": True})

    def get_by_natural_key(self, username: str | None) -> Person:
        """Find a person by address, whatever its case."""
        return self.get(email=(username or "").lower())


class Person(AbstractBaseUser, PermissionsMixin):
    """One person with an account."""

    email = models.EmailField(_("e-mail address"), max_length=150, unique=True)
    display_name = models.CharField(pgettext_lazy("of a person", "name"), max_length=50)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    affiliation = models.CharField(
        _("comes from"), max_length=12, choices=Affiliation.choices, default=Affiliation.MEMBER_UNIT
    )
    home_unit = models.ForeignKey(
        "members.MemberUnit",
        verbose_name=_("unit"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="people",
    )
    organisation = models.CharField(
        _("organisation"), max_length=100, blank=True, help_text=_("For people outside the network.")
    )
    language = models.CharField(
        _("language"), max_length=10, choices=[("zh-hans", "简体中文"), ("en", "English")], default="zh-hans"
    )
    mail_wanted = models.BooleanField(_("wants notices by mail"), default=True)
    daily_mail = models.JSONField(_("what one mail a day tells"), default=list, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may enter the admin"), default=False)
    date_joined = models.DateTimeField(_("registered"), default=timezone.now)
    access_generation = models.PositiveIntegerField(default=0, editable=False)
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[PersonManager] = PersonManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["display_name"]

    class Meta:
        verbose_name = pgettext_lazy("an account", "person")
        verbose_name_plural = pgettext_lazy("accounts", "people")
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="person_email_any_case"),
            models.CheckConstraint(
                condition=models.Q(affiliation="member_unit", home_unit__isnull=False)
                | (~models.Q(affiliation="member_unit") & models.Q(home_unit__isnull=True))
                | models.Q(is_staff=True),
                name="person_affiliation_fits_unit",
            ),
        ]

    def __str__(self) -> str:
        return self.display_name or self.email

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Bind a session to the password, and to the generation in which its log-in happened.

        The first generation is the framework's own mark, so that an update of the site ends nobody's session.
        """
        of_password: str = super()._get_session_auth_hash(secret)  # type: ignore[misc]
        if not self.access_generation:
            return of_password
        mark = f"{of_password}/{self.access_generation}"
        return salted_hmac("members.person.access", mark, secret=secret, algorithm="sha256").hexdigest()

    def get_full_name(self) -> str:
        """Return the display name."""
        return self.display_name

    @property
    def organisation_name(self) -> str:
        """Return the unit's name, or the organisation a person outside the network gave."""
        return self.home_unit.name_zh if self.home_unit is not None else self.organisation

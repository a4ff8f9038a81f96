"""How accounts behave: what the log-in library asks of this site."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest

from audit.chain import record


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by member units and the department; strangers cannot sign up by themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Sign-up is closed."""
        return False

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Set a new password, on the page or by the link of a mail, and put on record that it changed."""
        with transaction.atomic():
            super().set_password(user, password)
            record(actor=user, verb="members.person.password_changed", target=user)

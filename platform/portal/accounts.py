"""How accounts behave: what the log-in library asks of this site."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import ratelimit
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from changes import Work, perform
from members.locks import lock_person
from webapi import tokens

ASKED_FOR_BY_ANYBODY = {"account/email/password_reset_key", "account/email/unknown_account"}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by member units and the department; strangers cannot sign up by themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Sign-up is closed."""
        return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count failed log-ins by account and address: those who guess at an account shut out nobody but themselves."""
        account: str = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{self.get_client_ip(request)}:{account}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail; what anybody can ask for goes to one address only so often, without a word to who asked.

        A refusal would shut the person out of the reset; the links that were sent work.
        """
        if template_prefix in ASKED_FOR_BY_ANYBODY and not ratelimit.consume(
            self.request, action="reset_mail", key=email.lower()
        ):
            return
        super().send_mail(template_prefix, email, context)

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Set a new password, on the page or by the link of a mail, and put on record that it changed.

        Sessions elsewhere end, since they are bound to the password; access tokens are revoked.
        """
        perform(user, self._change_password, user, password)

    def _change_password(self, work: Work, user: AbstractBaseUser, password: str) -> None:
        # The whole row is saved, so it is read under its lock: what else changed meanwhile stays.
        held = lock_person(work, user.pk)
        super().set_password(held, password)
        user.password = held.password
        work.record("members.person.password_changed", held)
        tokens.revoke_all(work, user)

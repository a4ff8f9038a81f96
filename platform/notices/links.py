"""Where the link of an announcement may lead: everybody can press it."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def check_link(link: str) -> None:
    """Refuse all but a path of this site and an address with http or https and a host. Raises ValidationError."""
    try:
        parts = urlsplit(link)
    except ValueError:
        parts = None
    has_odd_characters = any(sign.isspace() or sign in "\\\x7f" or sign < " " for sign in link)
    if parts is not None and not has_odd_characters:
        if parts.scheme in {"http", "https"} and parts.hostname:
            return
        if not parts.scheme and not parts.netloc and link.startswith("/"):
            return
    raise ValidationError(
        _("Give a page of this site that begins with /, or an address with http:// or https://."),
        code="link",
    )

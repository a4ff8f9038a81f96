"""Checks of the doctor that look around: Redis, mail, folders, fonts, proxies."""

from __future__ import annotations

import shutil
import smtplib
import tempfile
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages
from django.core.mail import get_connection
from django.utils.translation import gettext as _

from operations.findings import Finding, fault, ok, warning
from operations.health import silence_of
from reporting.glyphs import library

MEGABYTE = 1024 * 1024
LITTLE_ROOM = 1024 * MEGABYTE
NO_ROOM = 200 * MEGABYTE
ANSWER_WITHIN_SECONDS = 5
MOST_LIKELY_PROXIES = 3
PROBE = "器Ө∑ᠮ\U00020000\U00030000"
"""One character of each script that reports have to print: Han, Cyrillic, signs, Mongolian, two of the rare Han."""


def redis_server() -> Finding:
    """Redis answers, where the settings name one."""
    addresses = {settings.REDIS_URL, settings.CELERY_BROKER_URL}
    asked = sorted(address for address in addresses if address.startswith(("redis:", "rediss:", "unix:")))
    if not asked:
        return ok(_("No Redis is configured; a folder carries the messages."))
    for address in asked:
        error = silence_of(address, ANSWER_WITHIN_SECONDS)
        if error is not None:
            return fault(
                _("Redis does not answer: %(words)s") % {"words": error},
                _("Start it, or correct REDIS_URL. Pages and bookings go on, background work waits."),
            )
    return ok(_("Redis answers."))


def mail() -> Finding:
    """The mail server lets us in, or the folder that stands for it can be written."""
    backend = settings.EMAIL_BACKEND
    if backend.endswith("filebased.EmailBackend"):
        folder = Path(str(settings.EMAIL_FILE_PATH))  # type: ignore[misc]
        if _refuses(folder):
            return fault(_unwritable(folder), _("Let the account that serves the site own this folder."))
        return ok(_("Mail is written into the folder %(folder)s and sent to nobody.") % {"folder": folder})
    if not backend.endswith("smtp.EmailBackend"):
        return ok(_("Mail goes to %(backend)s.") % {"backend": backend})
    server = get_connection(timeout=ANSWER_WITHIN_SECONDS)
    where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    try:
        server.open()
        server.close()
    except (smtplib.SMTPException, OSError) as error:
        return fault(
            _("The mail server %(where)s does not let us in: %(words)s") % {"where": where, "words": error},
            _("Correct EMAIL_HOST, EMAIL_PORT, EMAIL_USE_TLS, EMAIL_HOST_USER or EMAIL_HOST_PASSWORD."),
        )
    if settings.DEFAULT_FROM_EMAIL.rstrip(">").endswith(("@localhost", ".example", ".invalid")):
        return warning(
            _("Mail is sent in the name of %(sender)s, which nobody can answer.")
            % {"sender": settings.DEFAULT_FROM_EMAIL},
            _("Set DEFAULT_FROM_EMAIL."),
        )
    return ok(_("The mail server %(where)s lets us in.") % {"where": where})


def folders() -> Finding:
    """What the site writes it can write, and there is room."""
    places = [Path(settings.VAR), *(path for _name, path in kept_folders())]
    for place in places:
        if _refuses(place):
            return fault(_unwritable(place), _("Let the account that serves the site own this folder."))
    free, place = min((shutil.disk_usage(place).free, place) for place in places)
    said = _("%(megabytes)s MB are free in %(folder)s.") % {"megabytes": free // MEGABYTE, "folder": place}
    todo = _("Make room before the disk is full: then nothing can be saved.")
    if free < NO_ROOM:
        return fault(said, todo)
    return warning(said, todo) if free < LITTLE_ROOM else ok(said)


def kept_folders() -> list[tuple[str, Path]]:
    """What of the site's files belongs into a back-up, by its name there: reports, and what people upload."""
    folders = [("media", Path(settings.MEDIA_ROOT))]
    reports = storages["reports"]
    if isinstance(reports, FileSystemStorage):
        folders.append(("reports", Path(reports.location)))
    return folders


def fonts() -> Finding:
    """The fonts of the reports are there."""
    folder = Path(settings.FONT_DIR)
    found = library(folder) if folder.is_dir() else None
    if found is None:
        return fault(
            _("The fonts of the reports are missing in %(folder)s; Chinese text would be printed as boxes.")
            % {"folder": folder},
            _("Run “make frontend”."),
        )
    missing = found.choose([PROBE]).missing
    if missing:
        return warning(
            _("Fonts of the reports are missing: no face for %(codes)s.")
            % {"codes": ", ".join(each["code"] for each in missing)},
            _("Run “make frontend”."),
        )
    return ok(_("The fonts of the reports are there, rare characters included."))


def proxies() -> Finding:
    """TRUSTED_PROXIES fits the rest of the settings, as far as the settings alone can tell."""
    count = settings.TRUSTED_PROXIES
    if settings.SECURE_PROXY_SSL_HEADER and not count:
        return warning(
            _("TRUSTED_PROXIES is 0 although a proxy ends TLS: all visitors count as one address."),
            _("Set it to the number of your proxies that append to X-Forwarded-For, usually 1."),
        )
    if count and not settings.SECURE_PROXY_SSL_HEADER:
        return warning(
            _("TRUSTED_PROXIES is %(count)s although no proxy ends TLS: visitors could invent their address.")
            % {"count": count},
            _("Set it to 0 for a site without a proxy."),
        )
    if count > MOST_LIKELY_PROXIES:
        return warning(
            _("TRUSTED_PROXIES is %(count)s: with more than you have, visitors can invent their address.")
            % {"count": count},
            _("Set it to the number of your proxies that append to X-Forwarded-For, usually 1."),
        )
    return ok(_("TRUSTED_PROXIES is %(count)s.") % {"count": count})


def _refuses(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-") as file:
            file.write(b"doctor")
            file.flush()
    except OSError:
        return True
    return False


def _unwritable(folder: Path) -> str:
    return _("The folder %(folder)s cannot be written.") % {"folder": folder}

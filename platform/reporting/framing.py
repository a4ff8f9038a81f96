"""The frame of every document: publisher, language, time, and the mark of invented data."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from reporting.document import Document, Figure, Section


def framed(
    *,
    title: str,
    subtitle: str,
    file_stem: str,
    facts: tuple[Figure, ...],
    sections: tuple[Section, ...],
    seal: str = "",
) -> Document:
    """A document in the active language, made now; in the demonstration every page says that it is invented."""
    return Document(
        title=title,
        subtitle=subtitle,
        file_stem=file_stem,
        language=translation.get_language() or settings.LANGUAGE_CODE,
        publisher=_("Open sharing network of large scientific instruments, Inner Mongolia"),
        made_at=timezone.now(),
        sections=sections,
        facts=facts,
        notice=_("Demonstration data: everything is invented.") if settings.DEMO else "",
        seal=seal,
    )

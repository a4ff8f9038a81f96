"""Codes of what is sent along to a booking."""

from django.db.models import TextChoices


class FileKind(TextChoices):
    """What a file is, by its content."""

    PDF = "pdf", "PDF"
    JPEG = "jpeg", "JPEG"

    @property
    def content_type(self) -> str:
        """As it is served."""
        return "application/pdf" if self == FileKind.PDF else "image/jpeg"

"""What the tests of the usage pages share."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from audit.models import Entry
from instruments.usage.models import UsageRecord

HEADER = (
    "record_id,instrument,start,end,effective_hours,user_kind,purpose,samples,income,user_name,user_unit\n"
)


def the_list(unit) -> str:
    return reverse("instruments:usage", args=[unit.code])


def all_rows() -> list[str]:
    return sorted(map(str, UsageRecord.objects.values_list()))


def verbs() -> list[str]:
    return list(Entry.objects.order_by("sequence").values_list("verb", flat=True))


def preview(client, unit, content: bytes | str):
    """Send a file: nothing is written yet."""
    data = content.encode() if isinstance(content, str) else content
    return client.post(
        reverse("instruments:usage_import", args=[unit.code]), {"file": SimpleUploadedFile("u.csv", data)}
    )


def upload(client, unit, content: bytes | str, **because: str):
    """Send a file, look at it, and have it written; a file that cannot be looked at is answered as such."""
    seen = preview(client, unit, content)
    if seen.status_code != 200:
        return seen
    sent = {"content": seen.context["content"], "write": "1", **because}
    return client.post(reverse("instruments:usage_import", args=[unit.code]), sent)

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


def upload(client, unit, content: bytes | str):
    data = content.encode() if isinstance(content, str) else content
    return client.post(
        reverse("instruments:usage_import", args=[unit.code]), {"file": SimpleUploadedFile("u.csv", data)}
    )

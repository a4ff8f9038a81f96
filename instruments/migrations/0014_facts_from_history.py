"""Write what every instrument was, its weeks and who changed it last, as far as the history of its changes tells."""

import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import migrations

ALWAYS = datetime.datetime(1992, 1, 1, tzinfo=datetime.UTC)
LOCAL = ZoneInfo("Asia/Shanghai")
CREATED = "instruments.instrument.created"
CHANGED = ("instruments.instrument.changed", "instruments.instrument.state_changed")
OPENING = "instruments.opening.changed"
SAME = ("name_zh", "name_en", "equipment_kind", "sharing_mode", "state")


def fill(apps, schema_editor):
    Entry = apps.get_model("audit", "Entry")
    told = {}
    entries = Entry.objects.filter(
        target_type="instruments.instrument", verb__in=[CREATED, *CHANGED, OPENING]
    )
    rows = entries.order_by("at", "pk")
    for key, *entry in rows.values_list("target_id", "at", "verb", "before", "after", "actor_id"):
        told.setdefault(key, []).append(entry)
    write_facts(apps, told)
    write_weeks(apps, told)
    Instrument = apps.get_model("instruments", "Instrument")
    for key, own in told.items():
        by = [actor for _at, verb, _before, _after, actor in own if verb != OPENING]
        if by and by[-1] is not None:
            Instrument.objects.filter(pk=key).update(changed_by=by[-1])


def write_facts(apps, told):
    Instrument = apps.get_model("instruments", "Instrument")
    InstrumentClass = apps.get_model("instruments", "InstrumentClass")
    InstrumentFacts = apps.get_model("instruments", "InstrumentFacts")
    Region = apps.get_model("members", "Region")
    regions = dict(Region.objects.values_list("code", "pk"))
    classes = dict(InstrumentClass.objects.filter(scheme="nrii").values_list("code", "pk"))
    rows = []
    for instrument in Instrument.objects.prefetch_related("funding").order_by("pk"):
        facts = {name: getattr(instrument, name) for name in SAME}
        facts |= {
            "original_value": instrument.original_value,
            "joined_on": instrument.joined_on,
            "region_id": instrument.region_id,
            "instrument_class_id": instrument.instrument_class_id,
            "funding": sorted(link.source for link in instrument.funding.all()),
        }
        found, entered = {}, None
        for at, verb, before, _after, _actor in reversed(told.get(str(instrument.pk), [])):
            if verb == OPENING:
                continue
            found.setdefault(at, dict(facts))
            if verb == CREATED:
                entered = at
                break
            facts |= _earlier(before or {}, regions, classes)
        if entered is None:
            found[ALWAYS] = facts
        last = None
        for at in sorted(found):
            if found[at] != last:
                rows.append(
                    InstrumentFacts(instrument=instrument, valid_from=at, entered=at == entered, **found[at])
                )
            last = found[at]
    InstrumentFacts.objects.bulk_create(rows, batch_size=200)


def _earlier(before, regions, classes):
    facts = {name: before[name] for name in SAME if name in before}
    if "original_value" in before:
        facts["original_value"] = Decimal(before["original_value"])
    if "joined_on" in before:
        facts["joined_on"] = datetime.date.fromisoformat(before["joined_on"])
    if "funding" in before:
        facts["funding"] = sorted(before["funding"])
    if before.get("region") in regions:
        facts["region_id"] = regions[before["region"]]
    if before.get("instrument_class") in classes:
        facts["instrument_class_id"] = classes[before["instrument_class"]]
    return facts


def write_weeks(apps, told):
    """Give the present week its first day, and write the weeks before it: a week held until the day it was changed."""
    OpeningPeriod = apps.get_model("instruments", "OpeningPeriod")
    rows = []
    for key, own in told.items():
        changes = [
            (at.astimezone(LOCAL).date(), (before or {}).get("periods"))
            for at, verb, before, after, _actor in own
            if verb == OPENING and "periods" in (after or {})
        ]
        # Of several on one day only the first took a week away that had held for a day.
        days = {}
        for day, before in changes:
            days.setdefault(day, before or [])
        since = ALWAYS.date()
        for day, week in sorted(days.items()):
            rows += [
                OpeningPeriod(
                    instrument_id=int(key),
                    weekday=weekday,
                    opens=opens,
                    closes=closes,
                    valid_from=since,
                    valid_to=day,
                )
                for weekday, opens, closes in week
                if since < day
            ]
            since = day
        OpeningPeriod.objects.filter(instrument_id=int(key)).update(valid_from=since)
    OpeningPeriod.objects.bulk_create(rows, batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("instruments", "0013_facts_and_weeks_with_dates"), ("audit", "0005_drop_the_chain_head")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]

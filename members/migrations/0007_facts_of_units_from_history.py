"""Write what every unit was, as far as the history of its changes tells."""

import datetime

from django.db import migrations

ALWAYS = datetime.datetime(1992, 1, 1, tzinfo=datetime.UTC)
SAME = ("name_zh", "name_en", "short_name", "kind", "state")


def fill(apps, schema_editor):
    Entry = apps.get_model("audit", "Entry")
    MemberUnit = apps.get_model("members", "MemberUnit")
    Region = apps.get_model("members", "Region")
    UnitFacts = apps.get_model("members", "UnitFacts")
    regions = dict(Region.objects.values_list("code", "pk"))
    told = {}
    entries = Entry.objects.filter(verb__in=["members.unit.created", "members.unit.changed"])
    for key, at, verb, before in entries.order_by("at", "pk").values_list(
        "target_id", "at", "verb", "before"
    ):
        told.setdefault(key, []).append((at, verb, before or {}))
    rows = []
    for unit in MemberUnit.objects.order_by("pk"):
        facts = {name: getattr(unit, name) for name in SAME}
        facts |= {"joined_on": unit.joined_on, "region_id": unit.region_id}
        found = {}
        created = False
        for at, verb, before in reversed(told.get(str(unit.pk), [])):
            found.setdefault(at, dict(facts))
            if verb == "members.unit.created":
                created = True
                break
            facts |= {name: before[name] for name in SAME if name in before}
            if "joined_on" in before:
                facts["joined_on"] = datetime.date.fromisoformat(before["joined_on"])
            if before.get("region") in regions:
                facts["region_id"] = regions[before["region"]]
        if not created:
            found[ALWAYS] = facts
        last = None
        for at in sorted(found):
            if found[at] != last:
                rows.append(UnitFacts(unit=unit, valid_from=at, **found[at]))
            last = found[at]
    UnitFacts.objects.bulk_create(rows, batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("members", "0006_facts_of_units"), ("audit", "0005_drop_the_chain_head")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]

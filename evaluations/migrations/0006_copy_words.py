"""Copies today's names into the snapshots there are, so that nobody renames their rounds any more."""

from django.db import migrations

GUARDS = {
    "snapshotrow_immutable_update": "evaluations_snapshotrow",
    "givenscore_final_update": "evaluations_givenscore",
}
"""What stands in the way of filling new columns; migrate puts them back when it ends."""


def lift(apps, schema_editor):
    """Take the guards away for as long as this migration runs."""
    for guard, table in GUARDS.items():
        on = f" ON {table}" if schema_editor.connection.vendor == "postgresql" else ""
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {guard}{on}")


def name_officers(apps, schema_editor):
    """Say of scores so far whether an expert or an officer gave them, by the roles they ever had."""
    roles = apps.get_model("members", "NetworkRole").objects
    experts = roles.filter(kind="expert").values("person")
    officers = roles.filter(kind="officer").values("person")
    scores = apps.get_model("evaluations", "GivenScore").objects
    scores.filter(given_by__in=officers).exclude(given_by__in=experts).update(given_as="officer")


def copy_words(apps, schema_editor):
    """Copy the names of today into snapshots so far: from here on they are renamed by nothing."""
    snapshot = apps.get_model("evaluations", "MetricSnapshot")
    row = apps.get_model("evaluations", "SnapshotRow")
    unit_words = apps.get_model("evaluations", "SnapshotUnit")
    # Their digests go on to cover the figures alone.
    for one in snapshot.objects.all():
        units = {}
        batch = []
        rows = row.objects.filter(snapshot=one).select_related("unit__region", "instrument__instrument_class")
        for found in rows:
            units.setdefault(found.unit_id, (found.unit, found.unit_code, found.unit_kind))
            kind = found.instrument.instrument_class
            found.name_zh, found.name_en = found.instrument.name_zh, found.instrument.name_en
            found.class_code, found.class_zh, found.class_en = kind.code, kind.name_zh, kind.name_en
            batch.append(found)
        words = ["name_zh", "name_en", "class_code", "class_zh", "class_en"]
        row.objects.bulk_update(batch, words, batch_size=200)
        unit_words.objects.bulk_create(
            unit_words(
                snapshot=one,
                unit=unit,
                code=code,
                kind=kind,
                name_zh=unit.name_zh,
                name_en=unit.name_en,
                region_code=unit.region.code,
                region_zh=unit.region.name_zh,
                region_en=unit.region.name_en,
            )
            for unit, code, kind in units.values()
        )


class Migration(migrations.Migration):
    dependencies = [
        ("evaluations", "0005_one_cut_and_words"),
        ("instruments", "0001_initial"),
        ("members", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(lift, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(name_officers, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(copy_words, migrations.RunPython.noop, elidable=True),
    ]

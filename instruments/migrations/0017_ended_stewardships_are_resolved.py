"""What rested on stewardships that ended before is settled: nobody is told of it now."""

import datetime
import zoneinfo

from django.db import migrations

REGION = zoneinfo.ZoneInfo("Asia/Shanghai")


def resolve(apps, schema_editor):
    now = datetime.datetime.now(datetime.UTC)
    today = now.astimezone(REGION).date()
    rows = apps.get_model("instruments", "Stewardship").objects.filter(valid_to__lte=today, resolved_at=None)
    rows.update(resolved_at=now)


class Migration(migrations.Migration):
    dependencies = [("instruments", "0016_stewardships_resolved")]
    operations = [migrations.RunPython(resolve, migrations.RunPython.noop)]

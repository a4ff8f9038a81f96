"""What rested on roles that ended before is settled: nobody is told of it now."""

import datetime
import zoneinfo

from django.db import migrations

REGION = zoneinfo.ZoneInfo("Asia/Shanghai")


def resolve(apps, schema_editor):
    now = datetime.datetime.now(datetime.UTC)
    today = now.astimezone(REGION).date()
    for name in ("UnitRole", "NetworkRole"):
        rows = apps.get_model("members", name).objects.filter(valid_to__lte=today, resolved_at=None)
        rows.update(resolved_at=now)


class Migration(migrations.Migration):
    dependencies = [("members", "0008_roles_resolved")]
    operations = [migrations.RunPython(resolve, migrations.RunPython.noop)]

"""Sessions belong to a generation, so that closing an account or ending a role ends them for good."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("members", "0002_versions")]

    operations = [
        migrations.AddField(
            model_name="person",
            name="access_generation",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
    ]

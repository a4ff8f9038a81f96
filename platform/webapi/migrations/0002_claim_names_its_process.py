"""A claim names the process that holds it, so that a killed one's is known."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("webapi", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="storedanswer",
            name="claimed_by",
            field=models.CharField(blank=True, default="", max_length=100),
        ),
    ]

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("instruments", "0019_booking_end"),
        ("members", "0009_ended_roles_are_resolved"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="openingexception",
            name="opening_exception_start",
        ),
        migrations.AddIndex(
            model_name="booking",
            index=models.Index(fields=["instrument", "end"], name="booking_instrument_end"),
        ),
        migrations.AddIndex(
            model_name="openingexception",
            index=models.Index(fields=["instrument", "end"], name="exception_instrument_end"),
        ),
        migrations.AddIndex(
            model_name="openingexception",
            index=models.Index(fields=["end"], name="exception_end"),
        ),
        migrations.AddIndex(
            model_name="usagerecord",
            index=models.Index(fields=["instrument", "end"], name="usage_instrument_end"),
        ),
    ]

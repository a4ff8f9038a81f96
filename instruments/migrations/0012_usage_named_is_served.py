from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("instruments", "0011_usage_served_by_name"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="usagerecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("served__isnull", False), ("user_kind", "internal"), ("user_unit", ""), _connector="OR"
                ),
                name="usage_named_is_served",
            ),
        ),
    ]

"""Public holidays and shifted working days, with those the State Council has ordered for 2026."""

import datetime as dt

from django.db import migrations, models

OFF = [
    ("元旦", "New Year's Day", dt.date(2026, 1, 1), 3),
    ("春节", "Spring Festival", dt.date(2026, 2, 15), 9),
    ("清明节", "Qingming Festival", dt.date(2026, 4, 4), 3),
    ("劳动节", "Labour Day", dt.date(2026, 5, 1), 5),
    ("端午节", "Dragon Boat Festival", dt.date(2026, 6, 19), 3),
    ("中秋节", "Mid-Autumn Festival", dt.date(2026, 9, 25), 3),
    ("国庆节", "National Day", dt.date(2026, 10, 1), 7),
]
WORKED = [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)]
MONDAY = 0
"""No order says which weekday's hours a shifted working day has; an officer may say otherwise."""


def enter(apps, _editor):
    """Enter the days that are not there."""
    holiday = apps.get_model("instruments", "Holiday")
    rows = [
        holiday(day=first + dt.timedelta(days=n), name_zh=zh, name_en=en)
        for zh, en, first, days in OFF
        for n in range(days)
    ]
    rows += [
        holiday(
            day=dt.date(2026, *date), works_like=MONDAY, name_zh="调休上班", name_en="Shifted working day"
        )
        for date in WORKED
    ]
    holiday.objects.bulk_create(rows, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [
        ("instruments", "0026_unit_rules"),
    ]

    operations = [
        migrations.AddField(
            model_name="openingperiod",
            name="keeps_holidays",
            field=models.BooleanField(default=False, verbose_name="keeps public holidays"),
        ),
        migrations.CreateModel(
            name="Holiday",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(unique=True, verbose_name="day")),
                (
                    "works_like",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        choices=[
                            (0, "Monday"),
                            (1, "Tuesday"),
                            (2, "Wednesday"),
                            (3, "Thursday"),
                            (4, "Friday"),
                            (5, "Saturday"),
                            (6, "Sunday"),
                        ],
                        null=True,
                        verbose_name="is worked like a",
                    ),
                ),
                ("name_zh", models.CharField(max_length=50, verbose_name="name (Chinese)")),
                ("name_en", models.CharField(max_length=50, verbose_name="name (English)")),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "verbose_name": "public holiday or shifted working day",
                "verbose_name_plural": "public holidays and shifted working days",
                "ordering": ["day"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("works_like", None), ("works_like__lte", 6), _connector="OR"),
                        name="holiday_weekday",
                    )
                ],
            },
        ),
        migrations.RunPython(enter, migrations.RunPython.noop),
    ]

"""Steps of rounds in rows of their own, taken over from the history; a count of edits for schemes."""

import django.core.serializers.json
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

ROUND = "evaluations.round"


def take_over(apps, schema_editor):
    """Copy what the history says of rounds as a whole; the version of then is not known, so it is 0."""
    entry = apps.get_model("audit", "Entry")
    step = apps.get_model("evaluations", "RoundStep")
    rounds = set(apps.get_model("evaluations", "Round").objects.values_list("pk", flat=True))
    mine = entry.objects.filter(target_type=ROUND, verb__startswith=f"{ROUND}.").order_by("at", "pk")
    step.objects.bulk_create(
        (
            step(
                round_id=int(one.target_id),
                version=0,
                at=one.at,
                by_id=one.actor_id,
                verb=one.verb,
                facts=one.after or {},
            )
            for one in mine.iterator(chunk_size=2000)
            if one.target_id.isdecimal() and int(one.target_id) in rounds
        ),
        batch_size=500,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        ("evaluations", "0003_orders_of_equals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="scheme",
            name="edit",
            field=models.PositiveIntegerField(default=1, verbose_name="edit"),
        ),
        migrations.CreateModel(
            name="RoundStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(verbose_name="version")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="at")),
                ("verb", models.CharField(max_length=60, verbose_name="what")),
                (
                    "facts",
                    models.JSONField(
                        default=dict,
                        encoder=django.core.serializers.json.DjangoJSONEncoder,
                        verbose_name="facts",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="history",
                        to="evaluations.round",
                        verbose_name="round",
                    ),
                ),
            ],
            options={
                "verbose_name": "step of a round",
                "verbose_name_plural": "steps of rounds",
                "ordering": ["round", "-pk"],
                "indexes": [models.Index(fields=["round", "verb"], name="round_step_verb")],
            },
        ),
        migrations.RunPython(take_over, migrations.RunPython.noop, elidable=True),
    ]

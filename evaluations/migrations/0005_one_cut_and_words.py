"""Snapshots at one moment with attempts, scorings in the background, names as they were, judges with their role."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("evaluations", "0004_steps_and_edits"),
        ("members", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ScoringRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                (
                    "started_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="started"),
                ),
                (
                    "heartbeat_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="last sign of life"),
                ),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished")),
                ("done", models.PositiveIntegerField(default=0, verbose_name="steps done")),
                ("total", models.PositiveIntegerField(default=0, verbose_name="steps in all")),
                ("error", models.TextField(blank=True, verbose_name="error")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("abandoned", "Abandoned"),
                            ("failed", "Failed"),
                        ],
                        default="queued",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("round_version", models.PositiveIntegerField(verbose_name="version")),
                ("moment", models.DateTimeField(default=django.utils.timezone.now, verbose_name="asked for")),
            ],
            options={
                "verbose_name": "scoring",
                "verbose_name_plural": "scorings",
                "ordering": ["round", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="SnapshotUnit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=20, verbose_name="code")),
                ("kind", models.CharField(max_length=20, verbose_name="kind")),
                ("name_zh", models.CharField(max_length=100, verbose_name="name (Chinese)")),
                ("name_en", models.CharField(blank=True, max_length=200, verbose_name="name (English)")),
                ("region_code", models.CharField(max_length=6, verbose_name="league or city")),
                ("region_zh", models.CharField(max_length=20)),
                ("region_en", models.CharField(max_length=40)),
            ],
            options={
                "verbose_name": "unit of a snapshot",
                "verbose_name_plural": "units of snapshots",
                "ordering": ["snapshot", "code"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="metricsnapshot",
            name="one_running_snapshot",
        ),
        migrations.AddField(
            model_name="givenscore",
            name="given_as",
            field=models.CharField(
                choices=[("expert", "Expert"), ("officer", "Department officer")],
                default="expert",
                max_length=7,
                verbose_name="given as",
            ),
        ),
        migrations.AddField(
            model_name="metricsnapshot",
            name="attempts",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="attempts"),
        ),
        migrations.AddField(
            model_name="metricsnapshot",
            name="error",
            field=models.TextField(blank=True, verbose_name="error"),
        ),
        migrations.AddField(
            model_name="metricsnapshot",
            name="format",
            field=models.PositiveSmallIntegerField(default=1, verbose_name="format"),
        ),
        migrations.AlterField(
            model_name="metricsnapshot",
            name="format",
            field=models.PositiveSmallIntegerField(default=2, verbose_name="format"),
        ),
        migrations.AddField(
            model_name="round",
            name="open_units",
            field=models.JSONField(blank=True, default=list, verbose_name="open for these units alone"),
        ),
        migrations.AddField(
            model_name="snapshotrow",
            name="class_code",
            field=models.CharField(blank=True, max_length=20, verbose_name="class"),
        ),
        migrations.AddField(
            model_name="snapshotrow",
            name="class_en",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="snapshotrow",
            name="class_zh",
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AddField(
            model_name="snapshotrow",
            name="external_records",
            field=models.PositiveIntegerField(
                blank=True, null=True, verbose_name="usage records of external users"
            ),
        ),
        migrations.AddField(
            model_name="snapshotrow",
            name="name_en",
            field=models.CharField(blank=True, max_length=100, verbose_name="name (English)"),
        ),
        migrations.AddField(
            model_name="snapshotrow",
            name="name_zh",
            field=models.CharField(blank=True, max_length=100, verbose_name="name (Chinese)"),
        ),
        migrations.AddField(
            model_name="snapshotrow",
            name="opening",
            field=models.JSONField(default=list, verbose_name="opening week"),
        ),
        migrations.AlterField(
            model_name="metricsnapshot",
            name="done",
            field=models.PositiveIntegerField(default=0, verbose_name="steps done"),
        ),
        migrations.AlterField(
            model_name="metricsnapshot",
            name="state",
            field=models.CharField(
                choices=[
                    ("queued", "Queued"),
                    ("running", "Running"),
                    ("done", "Done"),
                    ("abandoned", "Abandoned"),
                    ("failed", "Failed"),
                ],
                default="queued",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AlterField(
            model_name="metricsnapshot",
            name="total",
            field=models.PositiveIntegerField(default=0, verbose_name="steps in all"),
        ),
        migrations.AddConstraint(
            model_name="metricsnapshot",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["queued", "running"])),
                fields=("round",),
                name="one_open_snapshot",
            ),
        ),
        migrations.AddField(
            model_name="scoringrun",
            name="requested_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="asked for by",
            ),
        ),
        migrations.AddField(
            model_name="scoringrun",
            name="round",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="scorings",
                to="evaluations.round",
                verbose_name="round",
            ),
        ),
        migrations.AddField(
            model_name="snapshotunit",
            name="snapshot",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="units",
                to="evaluations.metricsnapshot",
            ),
        ),
        migrations.AddField(
            model_name="snapshotunit",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="members.memberunit",
                verbose_name="unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="scoringrun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["queued", "running"])),
                fields=("round",),
                name="one_open_scoring",
            ),
        ),
        migrations.AddConstraint(
            model_name="snapshotunit",
            constraint=models.UniqueConstraint(fields=("snapshot", "unit"), name="one_snapshot_unit"),
        ),
    ]

"""The chain's columns and its head go; its links stay in a table of their own."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_chain_into_log")]

    operations = [
        migrations.RemoveField(model_name="entry", name="previous_hash"),
        migrations.RemoveField(model_name="entry", name="hash"),
        migrations.DeleteModel(name="ChainHead"),
    ]

"""Keep the links of the chain, and queue its entries as the first of the log, in their order.

The sealer takes the queue by number, so the chain's entries become the first leaves; `verify_audit` goes on walking the
links. Nothing is worked out here: a chain that does not fit must not stop an upgrade, but be named after it.
"""

from django.db import migrations

TABLES = """
INSERT INTO audit_chainlink (entry_id, previous_hash, hash) SELECT sequence, previous_hash, hash FROM audit_entry;
INSERT INTO audit_unsealed (entry_id) SELECT sequence FROM audit_entry;
"""
BACK = "DELETE FROM audit_unsealed; DELETE FROM audit_chainlink;"
NUMBERS = (
    "SELECT setval(pg_get_serial_sequence('audit_entry', 'sequence'), greatest(max(sequence), 1), count(*) > 0) "
    "FROM audit_entry"
)


def count_on(apps, schema_editor):
    """PostgreSQL: let the counter go on behind the entries that are there; SQLite does so by itself."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(NUMBERS)


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_merkle_log")]

    operations = [
        migrations.RunSQL(TABLES, BACK),
        migrations.RunPython(count_on, migrations.RunPython.noop),
    ]

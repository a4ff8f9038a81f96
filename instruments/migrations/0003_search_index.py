"""Give each database its index over `grams`: an array column with GIN on PostgreSQL, FTS5 on SQLite."""

from django.db import migrations

FORWARD = {
    "postgresql": [
        (
            "ALTER TABLE instruments_instrument ADD COLUMN gram_list text[] "
            "GENERATED ALWAYS AS (string_to_array(grams, ' ')) STORED"
        ),
        "CREATE INDEX instrument_grams ON instruments_instrument USING gin (gram_list)",
    ],
    # The text stays in the instrument's own row. Its triggers are registered guards (see apps.py),
    # because a rebuild of a SQLite table drops them. The ascii tokeniser parts at blanks alone here.
    "sqlite": [
        (
            "CREATE VIRTUAL TABLE catalogue_fts USING fts5(grams, content='instruments_instrument', "
            "content_rowid='id', tokenize='ascii', detail='none', columnsize=0)"
        ),
        "INSERT INTO catalogue_fts(catalogue_fts) VALUES ('rebuild')",
    ],
}
BACKWARD = {
    "postgresql": ["DROP INDEX instrument_grams", "ALTER TABLE instruments_instrument DROP COLUMN gram_list"],
    "sqlite": [
        "DROP TRIGGER IF EXISTS catalogue_fts_insert",
        "DROP TRIGGER IF EXISTS catalogue_fts_update",
        "DROP TRIGGER IF EXISTS catalogue_fts_delete",
        "DROP TABLE catalogue_fts",
    ],
}


def forward(apps, schema_editor):
    """Create the index of this engine."""
    for statement in FORWARD.get(schema_editor.connection.vendor, []):
        schema_editor.execute(statement)


def backward(apps, schema_editor):
    """Drop it again."""
    for statement in BACKWARD.get(schema_editor.connection.vendor, []):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    """Search index."""

    dependencies = [("instruments", "0002_initial")]

    operations = [migrations.RunPython(forward, backward)]

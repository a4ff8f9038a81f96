"""Room of the database's own guards: triggers and exclusion constraints on both engines."""

"""evaluations, entries: queries."""

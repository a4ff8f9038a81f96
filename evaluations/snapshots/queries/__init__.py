"""evaluations, snapshots: queries."""

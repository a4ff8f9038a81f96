"""evaluations, snapshots: the round's data."""

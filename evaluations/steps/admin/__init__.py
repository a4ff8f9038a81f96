"""evaluations, steps: admin."""

"""evaluations, steps: sentences."""

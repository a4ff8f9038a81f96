"""evaluations, steps: forms."""

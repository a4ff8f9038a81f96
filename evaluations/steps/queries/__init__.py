"""evaluations, steps: queries."""

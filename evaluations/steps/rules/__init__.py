"""evaluations, steps: rules."""

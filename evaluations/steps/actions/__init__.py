"""evaluations, steps: actions."""

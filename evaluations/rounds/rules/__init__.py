"""evaluations, rounds: rules."""

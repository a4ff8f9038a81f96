"""evaluations, results: rules."""

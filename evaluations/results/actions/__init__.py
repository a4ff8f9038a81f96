"""evaluations, results: actions."""

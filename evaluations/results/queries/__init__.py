"""evaluations, results: queries."""

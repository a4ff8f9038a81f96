"""evaluations, results: sentences."""

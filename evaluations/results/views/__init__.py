"""evaluations, results: views."""

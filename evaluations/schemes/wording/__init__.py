"""evaluations, schemes: sentences."""

"""evaluations, schemes: queries."""

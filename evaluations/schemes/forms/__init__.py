"""evaluations, schemes: forms."""

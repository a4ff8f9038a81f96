"""Room: evaluations, forms."""

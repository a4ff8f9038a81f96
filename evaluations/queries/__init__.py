"""Room: evaluations, queries."""

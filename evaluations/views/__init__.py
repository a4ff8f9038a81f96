"""Room: evaluations, views."""

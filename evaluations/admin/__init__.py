"""Room: evaluations, admin."""

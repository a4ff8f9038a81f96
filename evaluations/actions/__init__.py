"""Room: evaluations, actions."""

"""Room: evaluations, commands."""

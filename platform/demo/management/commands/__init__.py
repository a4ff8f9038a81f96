"""Room: the demo's commands."""

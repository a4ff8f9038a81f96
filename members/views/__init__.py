"""Room: members, views."""

"""Room: members, queries."""

"""Room: members, rules."""

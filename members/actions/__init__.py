"""Room: members, actions."""

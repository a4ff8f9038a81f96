"""Room: members, api."""

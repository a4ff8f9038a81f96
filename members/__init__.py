"""Who: regions, units, people, roles, accounts."""

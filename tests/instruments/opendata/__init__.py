"""Free time as open data."""

"""Rules of open data."""

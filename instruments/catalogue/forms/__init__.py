"""Forms room of the catalogue."""

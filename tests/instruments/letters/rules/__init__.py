"""Rules of wait lists."""

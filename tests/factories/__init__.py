"""Factories: rows for tests, valid by themselves, so that a test names only what it is about."""

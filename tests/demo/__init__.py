"""Tests of the invented network."""

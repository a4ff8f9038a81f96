"""Tests of the rules of booking."""

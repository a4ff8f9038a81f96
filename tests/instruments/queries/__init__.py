"""Tests of instruments.queries."""

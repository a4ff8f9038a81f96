"""Tests of evaluations, entries."""

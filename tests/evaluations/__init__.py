"""Tests of the evaluations room."""

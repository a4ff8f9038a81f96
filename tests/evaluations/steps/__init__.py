"""Tests of evaluations, steps."""

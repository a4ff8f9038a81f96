"""Tests of evaluations, schemes."""

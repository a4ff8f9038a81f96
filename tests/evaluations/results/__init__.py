"""Tests of evaluations, results."""

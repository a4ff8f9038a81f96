"""Tests of the rules room of evaluations."""

"""Tests of the rules of the evaluations app."""

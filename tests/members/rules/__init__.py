"""Tests of the rules of the members app."""

"""Tests of the instruments app."""

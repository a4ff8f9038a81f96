"""Tests of instruments.rules."""

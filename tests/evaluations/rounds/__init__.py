"""Tests of evaluations, rounds."""

"""Tests of reply templates."""

"""Tests of the rules of terms."""

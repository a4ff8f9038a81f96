"""Tests of the rules of upkeep."""

"""Races: real processes compete for one row, on both databases."""

"""Tests of calendars that other programs follow."""

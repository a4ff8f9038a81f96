"""Tests of notices and announcements."""

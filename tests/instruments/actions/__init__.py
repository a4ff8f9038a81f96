"""Tests of instruments.actions."""

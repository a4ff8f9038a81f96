"""Tests of report runs, renderers and report contents."""

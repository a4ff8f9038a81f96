"""Tests of heartbeats and the serve command."""

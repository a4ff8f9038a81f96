"""Tests of the settings, and of what stands between the server and the pages."""

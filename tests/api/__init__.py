"""Tests of the resources of the public contract."""

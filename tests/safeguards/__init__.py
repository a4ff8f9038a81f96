"""Tests of the database guards."""

"""Tests of evaluations, snapshots."""

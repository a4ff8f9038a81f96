"""Tests of instruments, booking."""

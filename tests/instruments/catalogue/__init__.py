"""Tests of instruments, catalogue."""

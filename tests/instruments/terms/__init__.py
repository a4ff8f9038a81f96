"""Tests of instruments, terms."""

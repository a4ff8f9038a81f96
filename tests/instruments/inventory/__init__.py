"""Tests of instruments, inventory."""

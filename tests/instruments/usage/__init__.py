"""Tests of instruments, usage."""

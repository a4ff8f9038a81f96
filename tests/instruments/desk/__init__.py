"""Tests of instruments, desk."""

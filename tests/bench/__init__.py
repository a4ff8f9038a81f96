"""Benchmarks: never run by the tests, only by `make bench`."""

"""Tests of the rules of usage."""

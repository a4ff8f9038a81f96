"""Queries room: the index of free time."""

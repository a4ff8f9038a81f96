"""What one database has of its own is tested on that one alone."""

from __future__ import annotations

from django.db import connection

# SQLite knows one writer at a time.
collect_ignore = ["test_two_writers.py"] if connection.vendor == "sqlite" else []

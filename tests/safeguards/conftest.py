"""What each database has of its own is tested on that one alone."""

from django.db import connection

collect_ignore = [] if connection.vendor == "sqlite" else ["test_replace.py"]

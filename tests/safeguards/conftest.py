"""What each database has of its own is tested on that one alone."""

from django.db import connection

collect_ignore = ["test_switched_off.py"] if connection.vendor == "sqlite" else ["test_replace.py"]

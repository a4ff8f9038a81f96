"""Wait lists: who waits, who is asked, and what becomes of it."""

"""Room of messages to people: a row first, mail after commit; and public announcements."""

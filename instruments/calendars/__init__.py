"""Calendars that other programs follow, each under a secret address: one's own bookings, instruments, a unit."""

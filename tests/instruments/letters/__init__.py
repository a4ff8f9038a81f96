"""Tests of what is written and sent along to bookings."""

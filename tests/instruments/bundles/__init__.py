"""Sets of bookings."""

"""Several instruments, of several units, booked as one: in an order, with pauses, some of them one of several."""

"""instruments, booking: requests, states, slots, availability, moves, visits."""

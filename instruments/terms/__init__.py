"""instruments, terms: opening hours, exceptions, booking rules, rates."""

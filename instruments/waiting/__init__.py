"""Wait lists: people wait for time, and what is freed is offered to the first of them, one at a time."""

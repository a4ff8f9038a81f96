"""Upkeep: faults, break-downs, what is serviced again and again."""

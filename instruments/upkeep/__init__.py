"""Upkeep: faults that users report, break-downs, and what is serviced or calibrated again and again."""

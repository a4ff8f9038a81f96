"""How dates and times are written where no display filter is used: in the admin."""

"""Free time as open data: what other programs read again and again to know when an instrument can be used."""

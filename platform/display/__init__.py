"""How hours, money, percent, dates and states look, everywhere the same."""

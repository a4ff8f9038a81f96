"""Whole stories, told from one end to the other."""

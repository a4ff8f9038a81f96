"""Template tags of the display room."""

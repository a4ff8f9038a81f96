"""Rules of reply templates."""

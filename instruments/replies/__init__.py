"""Reply templates: texts of a unit that its people answer with again and again."""

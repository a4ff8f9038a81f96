"""evaluations, schemes: the scheme as a document, its words, its editor."""

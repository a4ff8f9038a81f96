"""Actions room: the terms of use."""

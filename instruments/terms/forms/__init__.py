"""Forms room: the terms of use."""

"""Room: what templates of this app may call."""

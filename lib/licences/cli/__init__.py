"""Commands: which options, and what is printed."""

"""Command line: which command, which options, what is printed."""

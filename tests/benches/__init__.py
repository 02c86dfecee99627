"""Benches: how fast the work goes, a module for each kind of work; ``tests/bench.py`` prints them."""

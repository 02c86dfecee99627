"""Figures: what is drawn, for every format."""

"""Notebook engine: runs notebooks, and knows no law."""

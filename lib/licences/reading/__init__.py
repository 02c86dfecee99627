"""Readers: files as checked tables."""

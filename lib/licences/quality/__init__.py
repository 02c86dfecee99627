"""Catalogue checks: what is guarded or doubtful."""

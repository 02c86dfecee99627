"""Batches: many reports made, kept and accounted for."""

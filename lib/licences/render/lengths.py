"""Lengths of a report: each holds what the shorter ones do."""

from __future__ import annotations

LENGTHS = ("letter", "standard", "full")
STANDARD = "standard"
FIGURES = {"letter": (), "standard": ("timeline",), "full": ("timeline", "graph", "launch", "renewals")}
"""The figures that a Word file of each length shows, in our template."""

"""Verdicts: which licences a client needs, why, what to ask, what it would take."""

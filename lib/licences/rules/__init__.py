"""Rules: facts, expressions and three-valued logic."""

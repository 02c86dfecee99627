"""Plans: in what order, by when, how sure."""

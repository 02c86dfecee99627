"""Law by day: the catalogue, what is in force, what differs between two days."""

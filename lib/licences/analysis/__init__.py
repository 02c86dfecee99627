"""Cases: one client, many clients, and what changes between two answers."""

"""Word: the document of a client."""

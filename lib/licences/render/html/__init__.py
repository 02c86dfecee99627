"""HTML: pages and panels."""

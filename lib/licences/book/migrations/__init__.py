"""Migrations of a book: how the tables of one version become those of the next."""

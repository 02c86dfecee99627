"""Licence planning for e-commerce platforms in China: which, why, in what order, by when."""

__version__ = "0.1.0"

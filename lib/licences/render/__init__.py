"""Formats: what a reader gets, as page, workbook, document, calendar, print or terminal."""

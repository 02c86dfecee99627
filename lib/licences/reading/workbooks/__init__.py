"""Workbooks: Excel's and OpenDocument's sheets as rows of the text that their cells show."""

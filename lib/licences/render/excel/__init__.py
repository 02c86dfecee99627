"""Excel: the workbook of a client."""

"""Workbooks of Excel and OpenDocument, read and written."""

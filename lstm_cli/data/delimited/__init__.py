"""Delimited text, and where the table in it begins and ends."""

"""Cells -> ratings on one scale."""

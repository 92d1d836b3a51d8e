"""Measurements that take too long for a test. Each prints a Markdown table."""

"""JSON of any shape, objects as Python prints them, and fastText's lines -> rows."""

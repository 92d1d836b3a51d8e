"""A saved model against reviews whose ratings are known."""

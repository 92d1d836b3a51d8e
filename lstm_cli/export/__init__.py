"""A saved model for others: in a form that runs without this package."""

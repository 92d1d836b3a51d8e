"""A saved model at work: one review in numpy, many in torch."""

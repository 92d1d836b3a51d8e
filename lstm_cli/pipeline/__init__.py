"""The whole order of the work: what a user asked for in, a saved model out."""

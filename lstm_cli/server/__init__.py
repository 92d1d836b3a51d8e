"""A model behind HTTP: the live page for browsers, and an interface for programs."""

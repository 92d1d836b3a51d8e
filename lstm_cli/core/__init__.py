"""The cell, written once, and the network that trains it."""

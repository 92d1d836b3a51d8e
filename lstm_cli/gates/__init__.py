"""What the gates did with a review, word by word."""

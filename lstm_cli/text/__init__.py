"""From a review to tokens, from tokens to ids."""

"""From files of reviews to batches of token ids."""

"""Learn ratings from reviews with an LSTM, predict them, and read its gates."""

"""Numbers from ratings and probabilities: scores, calibration, baselines."""

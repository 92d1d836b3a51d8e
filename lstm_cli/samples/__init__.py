"""The sample reviews that ship with the package, written for this project."""

from importlib.resources import files
from pathlib import Path


def sample_file() -> Path:
    """Where the 500 reviews lie: a CSV file with the columns review and rating."""
    return Path(str(files("lstm_cli.samples") / "film_reviews.csv"))

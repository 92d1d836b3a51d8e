"""The sample reviews and the exam that ship with the package, written for this project."""

import csv
from importlib.resources import files
from itertools import islice
from pathlib import Path


def sample_file() -> Path:
    """Where the 500 reviews lie: a CSV file with the columns review and rating."""
    return Path(str(files("lstm_cli.samples") / "film_reviews.csv"))


def sample_texts(number: int) -> list[str]:
    """The texts of the first of the 500 reviews."""
    with sample_file().open(encoding="utf-8", newline="") as file:
        return [row["review"] for row in islice(csv.DictReader(file), number)]


def blackboard_file() -> Path:
    """Where 600 sentences of fourteen words lie, which two hidden units can learn to rate."""
    return Path(str(files("lstm_cli.samples") / "blackboard.csv"))


def exam_file() -> Path:
    """Where the pairs of the exam lie: a CSV file with the columns subject, lower and higher."""
    return Path(str(files("lstm_cli.samples") / "exam.csv"))

"""Mistakes as a file: a row per review, with the effect of every word."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict

from lstm_cli.results import Mistake


def mistakes_as_text(mistakes: Sequence[Mistake], *, as_lines: bool) -> str:
    """Write mistakes as CSV, or as JSON lines.

    Args:
        mistakes: the most confident first.
        as_lines: as JSON lines.
    """
    if as_lines:
        return "".join(
            json.dumps(asdict(mistake), ensure_ascii=False) + "\n" for mistake in mistakes
        )
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(("text", "rating", "predicted_rating", "confidence", "words"))
    for mistake in mistakes:
        words = " ".join(f"{token} ({change:+.2f})" for token, change in mistake.words)
        row = (mistake.text, mistake.rating, mistake.predicted, f"{mistake.confidence:.4f}", words)
        writer.writerow(row)
    return written.getvalue()

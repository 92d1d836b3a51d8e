"""Make the reviews for the blackboard: ``python -m tests.make_blackboard FILE``.

Fourteen words, and three things a reader has to do: know what a word is worth, turn it round
after "not", and forget the first half at "but". Two hidden units can learn that, and a hand can
check it.
"""

import csv
import io
import random
import sys
from pathlib import Path

SUBJECTS = ("film", "story", "music", "cast", "end")
WORTH = {"awful": 1, "bad": 2, "okay": 3, "good": 4, "superb": 5}
TURNED = {"bad": 4, "good": 2}
NUMBER = 600


def clause(draw: random.Random) -> tuple[str, int]:
    """What somebody says of one thing, and its rating."""
    subject = draw.choice(SUBJECTS)
    turned = draw.random() < 0.35
    worth = TURNED if turned else WORTH
    word = draw.choice(list(worth))
    return f"the {subject} is {'not ' * turned}{word}", worth[word]


def reviews() -> list[tuple[str, int]]:
    """Each once, in random order."""
    draw = random.Random(0)
    found: dict[str, int] = {}
    while len(found) < NUMBER:
        text, rating = clause(draw)
        if draw.random() < 0.5:
            second, rating = clause(draw)
            text = f"{text} but {second}"
        found[text] = rating
    rows = sorted(found.items())
    draw.shuffle(rows)
    return rows


def content() -> str:
    """The file."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerows([("review", "rating"), *reviews()])
    return written.getvalue()


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(content(), encoding="utf-8")

"""Files as people have them, thousands of them: how many are read rightly, refused, or misread.

    python -m tests.benchmarks.grammar 10000 --seed 1

Half of them are delimited text, half are of other formats. A file that is refused is read
once more with what its refusal asks for, and must then be read rightly.
"""

import argparse
import time
from collections import Counter
from collections.abc import Callable

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from lstm_cli.errors import LstmError
from tests.grammar import Stored, contained, delimited
from tests.misreading import Misread, check


def count(number: int, of: st.SearchStrategy[Stored], chosen: int) -> Counter[str]:
    """Read some files, each a new one; what became of them."""
    outcomes: Counter[str] = Counter()

    def read(stored: Stored) -> None:
        try:
            outcomes[check(stored)] += 1
        except Misread as error:
            outcomes["misread"] += 1
            print(f"misread: {error}")
        except LstmError as error:
            outcomes["refused whatever is said"] += 1
            print(f"refused: {error}: {stored.how}")
        except Exception as error:
            outcomes["traceback"] += 1
            print(f"{type(error).__name__}: {error}: {stored.how}")

    drawn: Callable[[], None] = given(of)(read)
    asked = settings(
        max_examples=number,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    seed(chosen)(asked(drawn))()
    return outcomes


def main() -> None:
    """Print the counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("number", type=int, nargs="?", default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    began = time.perf_counter()
    for name, strategy in (("delimited text", delimited()), ("other formats", contained())):
        outcomes = count(asked.number // 2, strategy, asked.seed)
        shown = ", ".join(f"{n:,} {what}" for what, n in sorted(outcomes.items()))
        print(f"{name}: {sum(outcomes.values()):,} files: {shown}")
    print(f"{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()

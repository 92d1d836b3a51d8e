"""``python -m tests.benchmarks``: every benchmark that needs no file, one after the other."""

from tests.benchmarks import cold, scoring, training

cold.main()
print()
for kind in training.SHAPES:
    training.main(kind)
    print()
scoring.main()

"""The pages a person reads: ``README.md`` at the top, and those that lie beside what they tell."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
COMMANDS = ROOT / "lstm_cli" / "commands" / "README.md"
GATES = ROOT / "lstm_cli" / "gates" / "README.md"
CODE = ROOT / "lstm_cli" / "README.md"
SCALE = ROOT / "lstm_cli" / "SCALE.md"
BENCHMARKS = ROOT / "tests" / "benchmarks" / "README.md"
BASE = ROOT / "tests" / "base" / "README.md"
PAGES = (README, COMMANDS, GATES, CODE, SCALE, BENCHMARKS, BASE, ROOT / "models" / "README.md")

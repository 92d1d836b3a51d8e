"""The arithmetic of one word: every operation with its numbers, or with blanks to fill in."""

from rich.console import Console

from lstm_cli.results import Arithmetic, Line, Operand
from lstm_cli.views.console import say, visible

# What a quiz leaves blank: a result of every gate, each of which follows from numbers shown.
ASKED = ("i", "learned", "kept", "LTM", "STM")


def show_arithmetic(console: Console, arithmetic: Arithmetic, *, quiz: bool = False) -> None:
    """Print the gates in turn; a quiz has blanks, with their key at the end."""
    hidden = frozenset(line.symbol for line in arithmetic.lines if line.symbol in ASKED)
    hidden = hidden if quiz else frozenset()
    chosen = ", the one with most say in the rating" if arithmetic.is_chosen else ""
    say(
        console,
        f'"{visible(arithmetic.token, 40)}", word {arithmetic.step} of {arithmetic.num_words}; '
        f"unit {arithmetic.unit} of {arithmetic.num_units}{chosen}",
        style="bold",
    )
    before = "nothing yet" if arithmetic.step == 1 else f"as word {arithmetic.step - 1} left them"
    say(console, f"E: the embedded word, {arithmetic.embedding_size} numbers. STM, LTM: {before}.")
    gate = ""
    for line in arithmetic.lines:
        if line.gate != gate:
            gate = line.gate
            say(console, f"\n{gate}", style="bold")
        say(console, _written(line, hidden))
    if quiz:
        key = ", ".join(f"{line.symbol} = {line.value:.4f}" for line in arithmetic.lines
                        if line.symbol in hidden)  # fmt: skip
        say(console, f"\nKey: {key}", style="dim")


def _written(line: Line, hidden: frozenset[str]) -> str:
    """``learned = i × N = 0.53084321 × -0.12345678 = -0.0655``"""
    names = _joined(line, [operand.name for operand in line.operands])
    numbers = _joined(line, [_number(operand, hidden) for operand in line.operands])
    result = "____" if line.symbol in hidden else f"{line.value:.4f}"
    if len(line.operands) > 3:
        numbers = numbers.replace(" + ", "\n      + ")
        return f"  {line.symbol} = {names}\n      = {numbers}\n      = {result}"
    if numbers == names:
        return f"  {line.symbol} = {names} = {result}"
    shown = f"  {line.symbol} = {names} = {numbers} = {result}"
    if len(shown) > 80:
        shown = f"  {line.symbol} = {names}\n    = {numbers}\n    = {result}"
    return shown


def _joined(line: Line, parts: list[str]) -> str:
    if line.operator in ("×", "+"):
        return f" {line.operator} ".join(parts)
    if line.operator == "·":
        return " + ".join(f"{w} × {x}" for w, x in zip(parts[::2], parts[1::2], strict=True))
    return f"{line.operator}({' + '.join(parts)})"


def _number(operand: Operand, hidden: frozenset[str]) -> str:
    return operand.name if operand.name in hidden else f"{operand.value:.8f}"

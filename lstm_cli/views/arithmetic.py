"""The arithmetic of one word: every operation with its numbers, or with blanks to fill in."""

from collections.abc import Callable, Collection, Sequence

from rich.console import Console

from lstm_cli.results import Arithmetic, Line, Operand
from lstm_cli.views.console import say, visible

NEAR = 0.0101  # an answer in two decimals, rounded at the last step or at one before


def show_arithmetic(console: Console, arithmetic: Arithmetic, hidden: Collection[str] = ()) -> None:
    """Print the gates in turn, then the readout.

    Args:
        console: where.
        arithmetic: of one word and unit.
        hidden: symbols whose values are left blank, wherever they stand.
    """
    read_as = f" (read as {arithmetic.read_as})" if arithmetic.read_as else ""
    chosen = ", the one with most say in the rating" if arithmetic.is_chosen else ""
    say(
        console,
        f'"{visible(arithmetic.token, 40)}"{read_as}, '
        f"word {arithmetic.step} of {arithmetic.num_words}; "
        f"unit {arithmetic.unit} of {arithmetic.num_units}{chosen}",
        style="bold",
    )
    before = "nothing yet" if arithmetic.step == 1 else f"as word {arithmetic.step - 1} left them"
    memories = "STM" if arithmetic.lines[0].gate == "plain RNN" else "STM, LTM"
    say(
        console, f"E: the embedded word, {arithmetic.embedding_size} numbers. {memories}: {before}."
    )
    gate = ""
    for line in arithmetic.lines:
        if line.gate != gate:
            gate = line.gate
            say(console, f"\n{gate}", style="bold")
        say(console, _written(line, hidden))


def show_key(console: Console, arithmetic: Arithmetic, hidden: Collection[str]) -> None:
    """Print the values of the blanks."""
    values = _values(arithmetic)
    say(console, "Key: " + ", ".join(f"{symbol} = {values[symbol]:.4f}" for symbol in hidden))


def ask(
    console: Console,
    arithmetic: Arithmetic,
    hidden: Sequence[str],
    read: Callable[[str], str],
) -> None:
    """Ask for each blank, say whether the answer is right, and count.

    Args:
        console: where it is said.
        arithmetic: of one word and unit.
        hidden: the symbols to ask for, in their order.
        read: shows a prompt and returns what is typed; an empty answer gives up.
    """
    values, right = _values(arithmetic), 0
    say(console, "\nTwo decimals will do. An empty answer shows the value.", style="dim")
    for symbol in hidden:
        try:
            answer = _answer(console, read, f"{symbol} = ")
        except EOFError:  # Ctrl-D: enough
            say(console, "")
            break
        value = f"{symbol} = {values[symbol]:.4f}"
        if answer is None:
            say(console, f"  {value}")
            continue
        is_right = abs(answer - values[symbol]) <= NEAR
        right += is_right
        say(console, "  right" if is_right else f"  no: {value}")
    say(console, f"{right} of {len(hidden)} right", style="bold")


def _answer(console: Console, read: Callable[[str], str], prompt: str) -> float | None:
    """What is typed, asked for again until it is a number; None where it is empty."""
    while typed := read(prompt).strip():
        try:
            return float(typed.replace(",", "."))
        except ValueError:
            say(console, "  that is no number: write one such as 0.25, or nothing to see the value")
    return None


def _values(arithmetic: Arithmetic) -> dict[str, float]:
    return {line.symbol: line.value for line in arithmetic.lines}


def _written(line: Line, hidden: Collection[str]) -> str:
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
    if line.operator in ("×", "+", "/"):
        return f" {line.operator} ".join(parts)
    if line.operator == "·":
        return " + ".join(f"{w} × {x}" for w, x in zip(parts[::2], parts[1::2], strict=True))
    between = ", " if line.operator == "max" else " + "
    return f"{line.operator}({between.join(parts)})"


def _number(operand: Operand, hidden: Collection[str]) -> str:
    if operand.name in hidden:
        return operand.name
    is_count = operand.name == "words" or operand.name.isdecimal()
    return f"{operand.value:g}" if is_count else f"{operand.value:.8f}"

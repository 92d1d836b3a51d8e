"""The program around the commands: global options, and errors reported in one line."""

import gc
import json
import os
import re
import sys
import threading
import traceback
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from lstm_cli.commands.hints import with_options
from lstm_cli.data.showing import escape
from lstm_cli.errors import LstmError

# In the order of the help. Each is the function of its name, or the group of several, in the
# module of its name.
COMMANDS = ("train", "update", "doctor", "predict", "report", "inspect-gates", "explain", "learn",
            "story", "live", "serve", "memory-test", "evaluate", "compare", "advise", "exam",
            "pretrain", "sample", "models", "export", "push", "pull")  # fmt: skip
# What a command line that fits no command raises. Typer gives only a kind of it a name.
UsageError: Any = typer.BadParameter.__bases__[0]
EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130


@dataclass(frozen=True)
class Verbosity:
    """How much is printed on standard error."""

    quiet: bool = False
    verbose: bool = False


class Command(TyperCommand):
    """A command that says what to do about words too many: mostly a value without its quotes."""

    allow_extra_args = True  # so that they are refused here

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Read the command line; what no argument takes is refused."""
        given = list(args)
        extra = super().parse_args(ctx, args)
        if extra and not ctx.resilient_parsing:
            taking = {
                name
                for option in self.params
                # Neither flags nor numbers have blanks; "text" is how older Typers call "str".
                if option.type.name in ("str", "text", "path")
                for name in option.opts
            }
            ctx.fail(
                f"Got unexpected extra argument(s) ({' '.join(extra)})"
                + quoting_hint(given, extra, taking)
            )
        return extra


def quoting_hint(given: Sequence[str], extra: Sequence[str], taking: Container[str]) -> str:
    """How a value of several words is given, where that may be what was meant.

    Args:
        given: the command line.
        extra: the words that no argument takes.
        taking: the options that take a value.

    >>> quoting_hint(["r.csv", "--over", "stay", "month"], ["month"], {"--over"})
    '; a name with blanks needs quotes: --over "stay month"'
    >>> quoting_hint(["r.csv", "s.csv"], ["s.csv"], {"--over"})
    ''
    """
    for place, option in enumerate(given[:-2]):
        value, word = given[place + 1], given[place + 2]
        are_words = not (value.startswith("-") or word.startswith("-"))
        if option in taking and are_words and (word in extra or extra[0] in given[place + 3 :]):
            return f'; a name with blanks needs quotes: {option} "{value} {word}"'
    return ""


def program_of(name: str) -> typer.Typer:
    """A command as a program of its own."""
    module = import_module(f"{__package__}.{name.replace('-', '_')}")
    made = getattr(module, name.replace("-", "_"))
    if isinstance(made, typer.Typer):
        return made
    program = typer.Typer(add_completion=False, rich_markup_mode=None)
    program.command(name, cls=Command)(made)
    return program


@cache
def command_of(name: str) -> Any:
    """A command as Typer runs it."""
    command = typer.main.get_command(program_of(name))
    command.name = name
    return command


class Commands(Mapping[str, Any]):
    """All commands by their names; each is imported and made when it is asked for.

    To make all of them takes longer than one of them needs to rate a review.
    """

    def __getitem__(self, name: str) -> Any:
        if name not in COMMANDS:
            raise KeyError(name)
        return command_of(name)

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


def of_the_machine(error: Exception) -> str | None:
    """What to say where the machine has no more memory or a file fails; None of other errors."""
    if isinstance(error, MemoryError):
        return "the machine is out of memory; give it less at once, or close other programs"
    if type(error).__name__ == "OutOfMemoryError":  # torch's, which may not be loaded
        return "the GPU is out of memory; free some of it, or use the processor with --device cpu"
    if type(error).__name__ == "BrokenProcessPool":  # where many reviews are cut into words
        return (
            "a process that helped was ended from outside, as happens where memory is short; close "
            "other programs, or let this one work alone with --threads 1"
        )
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{(error.strerror or str(error)).lower()}"
    return None


class Program(TyperGroup):
    """Runs a command and turns what goes wrong into an exit code and a line of text."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = Commands()  # type: ignore[assignment] # none is ever added

    def make_context(self, *given: Any, **settings: Any) -> Any:
        """Read the options that stand before the command."""
        with _one_line_of_usage():
            return super().make_context(*given, **settings)

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]
        """Run the command that was asked for."""
        try:
            with _one_line_of_usage():
                return super().invoke(ctx)
        except typer.Abort:
            print_error("stopped: there was no answer")
            raise typer.Exit(EXIT_INTERRUPTED) from None
        except LstmError as error:
            if verbosity(ctx).verbose:
                traceback.print_exc()
            print_error(with_options(error))
            raise typer.Exit(EXIT_BAD_INPUT) from None
        except KeyboardInterrupt as stopped:
            print_error(f"stopped: {stopped}" if str(stopped) else "stopped")
            raise typer.Exit(EXIT_INTERRUPTED) from None
        except BrokenPipeError:
            # The reader has left. Standard output goes nowhere from here on, or the interpreter
            # would complain on exit that it cannot flush it.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit from None
        except (MemoryError, RuntimeError, OSError) as error:
            if (said := of_the_machine(error)) is None:
                raise
            if isinstance(error, OSError) and verbosity(ctx).verbose:
                traceback.print_exc()
            print_error(said)
            raise typer.Exit(EXIT_BAD_INPUT) from None


def without_traceback(ended: threading.ExceptHookArgs) -> None:
    """The end of a thread for want of memory, of which who waits for its work says a line."""
    if not isinstance(ended.exc_value, MemoryError) and "start new thread" not in str(
        ended.exc_value
    ):
        threading.__excepthook__(ended)


@contextmanager
def _one_line_of_usage() -> Iterator[None]:
    """Say in a line what is wrong with a command line, and whose help to read."""
    try:
        yield
    except UsageError as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # no command: the help is shown
            raise
        print_error(usage_problem(error.format_message(), getattr(error, "ctx", None)))
        raise typer.Exit(EXIT_BAD_INPUT) from None


def usage_problem(said: str, ctx: typer.Context | None) -> str:
    """What Typer says of a command line, as all errors are said.

    >>> usage_problem("Invalid value for '--seed': 'x' is not a valid int range.", None)
    "invalid value for '--seed': 'x' is not a whole number"
    """
    for kind, name in (("valid int", "whole number"), ("valid float", "number")):
        said = re.sub(rf"{kind}(eger)?( range)?\b", name, said)
    said = said.replace("(Possible", "(possible")
    said = f"{said[:1].lower()}{said[1:].rstrip('.')}"
    if ctx is None or said.endswith("?") or ";" in said:  # it says what to do
        return said
    return f"{said}; see {ctx.command_path} --help"


def print_error(message: str) -> None:
    """Print one line on standard error, whatever the message contains."""
    with suppress(OSError):  # nobody listens
        typer.echo(f"lstm: {escape(' '.join(message.split()))}", err=True)


def verbosity(ctx: typer.Context) -> Verbosity:
    """The settings of ``--quiet`` and ``--verbose``."""
    return ctx.obj if isinstance(ctx.obj, Verbosity) else Verbosity()


def note(ctx: typer.Context, message: str) -> None:
    """Print a note on standard error, unless ``--quiet`` was given."""
    if not verbosity(ctx).quiet:
        from lstm_cli.views.console import notes_console, say

        say(notes_console(), escape(message))


def print_json(described: object) -> None:
    """Print one object as a line of JSON, escaped where standard output is not UTF-8."""
    shows_all = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    typer.echo(json.dumps(described, ensure_ascii=not shows_all))


def run(app: Callable[[], Any]) -> None:
    """Run the program; this is the process's entry point."""
    # Threads of GNU's OpenMP, on which torch computes, wait for each other by spinning: 300,000
    # rounds, and beside other programs for one that has no core. With 1,000 a network of 640 units
    # is trained 0.96 times as fast alone, twice as fast beside one busy program, and eight times
    # beside another training (AVX2, two cores); without any, 0.6 times alone. It is read when torch
    # is loaded, not later.
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    for stream in (sys.stdout, sys.stderr):
        # A character that the terminal cannot show is escaped instead of ending in a traceback.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except KeyboardInterrupt:  # before a command began
        sys.exit(EXIT_INTERRUPTED)
    finally:
        # On its way out the interpreter would look through all that was imported for cycles, a
        # tenth of the time that one prediction takes; it all goes with the process anyway.
        gc.freeze()

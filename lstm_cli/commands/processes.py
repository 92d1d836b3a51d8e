"""One of several processes that torchrun has started: the first runs a command, the others help."""

import re
import signal
import sys

from lstm_cli.commands.program import EXIT_BAD_INPUT, of_the_machine, print_error
from lstm_cli.core.launch import Launch
from lstm_cli.errors import LstmError, OptionError, ProcessError

SHARED = "train"  # the command whose work several processes do
_ENDS_AT_ONCE = re.compile(r"-[a-z]*h[a-z]*|--help|--version")  # -qh is -q -h


def check_process(command: str | None) -> None:
    """Refuse a command that several processes would each do alone.

    Raises:
        OptionError: torchrun has started several, for such a command.
    """
    if command != SHARED and not Launch.of_environment().is_alone:
        raise OptionError(
            f"torchrun has started several processes, and lstm {command} is the work of one: "
            "run it without torchrun"
        )


def take_part() -> None:
    """Be another process than the first: look at no option, and say nothing while it speaks.

    Whatever ends the first process before it has trained ends this one as well: torchrun sees to
    it where it ends with an error, and does not where it only shows its help.
    """
    if any(map(_ENDS_AT_ONCE.fullmatch, sys.argv[1:])):
        return
    # Ctrl-C reaches all of them; the first decides when all stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        from lstm_cli.pipeline.following import follow

        follow(Launch.of_environment())
    except LstmError as error:
        if not (isinstance(error, ProcessError) and error.is_said):
            print_error(str(error))
        sys.exit(EXIT_BAD_INPUT)
    except (MemoryError, RuntimeError, OSError) as error:
        if (said := of_the_machine(error)) is None:
            raise
        print_error(said)
        sys.exit(EXIT_BAD_INPUT)

"""``python -m lstm_cli`` is ``lstm``."""

from lstm_cli.commands import main

main()

"""``python -m lstm_cli`` is ``lstm``."""

from lstm_cli.commands import main

if __name__ == "__main__":  # a process that helps imports this file too
    main()

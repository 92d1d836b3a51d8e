"""``lstm serve``: the live page and an interface for programs, over HTTP."""

import traceback
from typing import Annotated

import typer

from lstm_cli.commands import options
from lstm_cli.commands.program import note, print_error, verbosity
from lstm_cli.errors import OptionError


def serve(
    ctx: typer.Context,
    host: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            help="The address to listen on. 127.0.0.1 is reached from this machine alone; 0.0.0.0 "
            "by everybody on the network, without a password.",
        ),
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="The port; 0 takes any that is free.")
    ] = 8000,
    max_body: Annotated[
        int, typer.Option(min=1, metavar="BYTES", help="The largest body of a request.")
    ] = 1_000_000,
    max_texts: Annotated[
        int, typer.Option(min=1, metavar="N", help="The most texts in one request.")
    ] = 1_000,
    max_words: Annotated[
        int, typer.Option(min=1, metavar="N", help="The most words of one text.")
    ] = 5_000,
    reload_model: Annotated[
        bool,
        typer.Option(
            "--reload-model",
            help="When another model takes the place of this one in its folder, serve that, "
            "without a gap.",
        ),
    ] = False,
    model: options.Model = None,
    models_dir: options.ModelsFolder = None,
) -> None:
    """Serve the live page to browsers, and ratings to programs.

    lstm serve

    lstm serve --model films --port 8080 --reload-model

    curl http://127.0.0.1:8000/v1/predict -H "Content-Type: application/json" -d '{"text": "fun"}'

    Ctrl-C answers what was begun and ends the server. It needs: pip install 'lstm-cli[serve]'
    """
    _check_installed()
    from lstm_cli.server.app import Service
    from lstm_cli.server.guard import Listener
    from lstm_cli.server.limits import Limits
    from lstm_cli.server.reloading import Holder, Watcher, load
    from lstm_cli.server.running import address_of, is_loopback, listen
    from lstm_cli.server.running import serve as run

    def say(line: str) -> None:
        note(ctx, line)

    def complain(line: str, error: Exception | None = None) -> None:
        print_error(line)
        if error is not None and verbosity(ctx).verbose:
            traceback.print_exception(error)

    bundle = options.chosen_bundle(ctx, model, models_dir)
    if reload_model and bundle.named is not None:
        raise OptionError(
            f"--reload-model goes with a model, and {bundle.name} is one version of it, which "
            "stays as it is"
        )
    with listen(host, port) as listening:  # a port that is taken is said before the model is read
        holder = Holder(load(bundle))
        if holder.model.page is None:
            say(f"no live page at /: {holder.model.no_page_because}")
        if not is_loopback(listening):
            say("everybody who reaches this machine may ask; there is no password")
        service = Service(
            holder,
            Limits(max_body, max_texts, max_words),
            Watcher(bundle.path, holder, say, complain) if reload_model else None,
        )
        run(
            service,
            listening,
            Listener(say if verbosity(ctx).verbose else lambda _: None, complain),
            lambda: say(f"serving model {bundle.name} at {address_of(listening)}; Ctrl-C ends it"),
        )


def _check_installed() -> None:
    """Refuse in one line what would be a traceback.

    Raises:
        OptionError: a package is missing.
    """
    from importlib.util import find_spec

    missing = [name for name in ("fastapi", "uvicorn", "prometheus_client") if not find_spec(name)]
    if missing:
        raise OptionError(
            f"lstm serve needs what is not installed ({', '.join(missing)}): "
            "pip install 'lstm-cli[serve]'"
        )

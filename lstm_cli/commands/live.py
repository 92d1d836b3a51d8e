"""``lstm live``: a page with the model inside, which answers at every key."""

from pathlib import Path
from typing import Annotated

import typer

from lstm_cli.commands import options
from lstm_cli.commands.program import note
from lstm_cli.data.showing import escape
from lstm_cli.errors import OutputError

TEXTS_TRIED = 20  # to say what rounding does


def live(
    ctx: typer.Context,
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            callback=options.page_file,
            help="The page to write, such as live.html.",
        ),
    ],
    model: options.Model = None,
    beside: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="A second model, which the page shows beside the first: an RNN beside an LSTM, "
            "or one before and after training.",
            show_default=False,
        ),
    ] = None,
    models_dir: options.ModelsFolder = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace an existing file of that name.")
    ] = False,
) -> None:
    """Write a page with the model inside: type, and its gates move at every key.

    lstm live live.html

    lstm live live.html --model films --beside films-rnn

    The page is one file that needs neither the internet nor lstm: open it by a double click, or
    send it to somebody. What is typed stays in it. A web server must not send it as UTF-8.
    """
    from lstm_cli.bundle.locating import find_model
    from lstm_cli.data.whole import write_bytes

    if not replace and Path(file).exists():  # said before the work, and not after it
        raise OutputError(f"{escape(file)} exists already; name another file, or --replace it")
    bundles = [options.chosen_bundle(ctx, model, models_dir)]
    if beside is not None:
        bundles.append(find_model(beside, models_dir).bundle)
        note(ctx, f"model {bundles[1].name} (beside it)")

    from lstm_cli.samples import sample_texts
    from lstm_cli.views.live_page import live_page
    from lstm_cli.views.live_rounding import is_rounded, moved_by_rounding

    page = live_page(bundles)
    write_bytes(page, file, replace=replace)
    for bundle in filter(is_rounded, bundles):
        moved = moved_by_rounding(bundle, sample_texts(TEXTS_TRIED))
        note(
            ctx,
            f"the page holds {bundle.name} rounded to 8 and 16 bits, which moves the expected "
            f"rating of {TEXTS_TRIED} sample reviews by {moved:.3f} at most",
        )
    note(ctx, f"written: {file} ({len(page) / 1e6:,.1f} MB); a double click opens it")

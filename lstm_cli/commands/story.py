"""``lstm story``: a hint, some events, and a picture, told by a plain RNN and an LSTM."""

from typing import Annotated

import typer

from lstm_cli.commands import options
from lstm_cli.commands.program import note, print_json


def story(
    ctx: typer.Context,
    events: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="EVENT...",
            help="What is seen, one after the other; ? is the picture. Default: bear tree "
            "squirrel fish ?",
            show_default=False,
        ),
    ] = None,
    cut: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MEMORY@N",
            help="Lose a memory on its way on from event N: long-term@1 or short-term@1.",
            show_default=False,
        ),
    ] = None,
    html: Annotated[
        str | None,
        options.html_option("Write the story as an HTML page."),
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Watch a hint die in a plain RNN and last in an LSTM.

    lstm story bear tree squirrel fish "?"

    lstm story bear tree squirrel fish "?" --cut long-term@3

    A picture looks like a dog, but whoever remembers the bear says wolf. After each event both
    cells are asked what a picture would show now. They come with lstm, trained beforehand.
    Events: bear moose eagle (wild), cat sofa ball (at home), shark whale coral (in the sea); tree
    squirrel fish leaf river cloud stone bird path wind rain grass (which say little).
    """
    from lstm_cli.errors import OptionError
    from lstm_cli.gates.story import Cut, tell

    if html is not None and as_json:
        raise OptionError("--html goes without --json")
    watched = [event.lower() for event in events or ("bear", "tree", "squirrel", "fish", "?")]
    told = tell(watched, [Cut.parse(text) for text in cut or ()])
    if as_json:
        print_json(told.to_json())
    elif html is not None:
        from lstm_cli.data.writing import write_whole
        from lstm_cli.views.story import story_page

        write_whole(story_page(told), html)
        note(ctx, f"written: {html}")
    else:
        from lstm_cli.views.console import results_console
        from lstm_cli.views.story import show_story

        show_story(results_console(), told)

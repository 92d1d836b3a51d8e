"""``lstm memory-test``: what a plain RNN and an LSTM still know after n events."""

from dataclasses import replace
from typing import Annotated

import typer

from lstm_cli.commands import options
from lstm_cli.commands.devices import note_device
from lstm_cli.commands.program import note, print_json, verbosity
from lstm_cli.errors import OptionError


def memory_test(
    ctx: typer.Context,
    hidden_size: Annotated[
        int, typer.Option(min=1, max=256, help="Hidden units of each cell.")
    ] = 32,
    seed: options.Seed = 0,
    model: Annotated[
        str | None,
        typer.Option(
            help="Instead, show how far back the rating of this trained model reaches.",
            show_default=False,
        ),
    ] = None,
    input_file: Annotated[
        str | None,
        typer.Option(
            "--input",
            metavar="FILE",
            help="With --model: the reviews to read. Default: the sample reviews.",
            show_default=False,
        ),
    ] = None,
    html: Annotated[
        str | None,
        options.html_option("Write the results as an HTML page, too."),
    ] = None,
    encoding: options.Encoding = None,
    sheet: options.Sheet = None,
    query: options.Query = None,
    text_column: options.TextColumn = None,
    models_dir: options.ModelsFolder = None,
    device: Annotated[
        str | None,
        typer.Option(
            metavar="DEVICE",
            callback=options.device_name,
            help="Where the cells learn: cpu, cuda, cuda:1 or mps. Default: on the processor, "
            "for they are small.",
            show_default=False,
        ),
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Show why a plain RNN forgets and an LSTM remembers.

    lstm memory-test

    lstm memory-test --model films --input reviews.csv

    Both cells learn from the same scenes: an animal, then 20 to 40 events that say little, then
    the question of which animal it was; and once more with 1 to 40. With three seeds each, it
    takes about a minute on two cores.
    """
    if model is None and input_file is not None:
        raise OptionError("--input goes with --model")
    if html is not None and as_json:
        raise OptionError("--html goes without --json")
    if input_file is None:
        of_files = ("encoding", "sheet", "query", "text_column")
        options.check_not_given(ctx, of_files, "anything but --input FILE")
    if model is not None and device is not None:
        raise OptionError("--device goes without --model")
    if model is not None:
        options.check_not_given(ctx, ("hidden_size", "seed"), "--model, which has learned already")
        _reach(ctx, model, input_file, models_dir, html, as_json)
        return
    options.check_not_given(ctx, ("models_dir",), "anything but --model")

    from lstm_cli.core.compute import Compute
    from lstm_cli.core.threads import granted_threads
    from lstm_cli.gates.memory_test import MemoryTestConfig, example_scenes, num_trainings
    from lstm_cli.gates.memory_test import memory_test as run
    from lstm_cli.views.console import notes_console, results_console
    from lstm_cli.views.memory_test import learning, show_memory_test

    compute = Compute() if device is None else Compute.of_machine("float32", device=device)
    note_device(ctx, compute)
    compute = replace(compute, threads=1)  # the products are too small to share out
    compute.set_up_process()
    config = MemoryTestConfig(hidden_size=hidden_size, seed=seed)
    with learning(notes_console(quiet=verbosity(ctx).quiet), num_trainings(config)) as advance:
        measured = run(config, advance, granted_threads(), compute)
    if as_json:
        print_json(measured.to_json())
        return
    show_memory_test(results_console(), measured, example_scenes(2, seed))
    if html is not None:  # beside the tables, as it took a minute to fill them
        from lstm_cli.views.memory_page import memory_page

        _write(ctx, memory_page(measured, example_scenes(2, seed)), html)


def _reach(
    ctx: typer.Context,
    model: str,
    input_file: str | None,
    models_dir: options.ModelsFolder,
    html: str | None,
    as_json: bool,
) -> None:
    from lstm_cli.data.texts import read_texts
    from lstm_cli.gates.memory_test import reach_of
    from lstm_cli.samples import sample_file
    from lstm_cli.views.console import results_console
    from lstm_cli.views.memory_test import show_reach

    bundle = options.chosen_bundle(ctx, model, models_dir)
    table, _, texts = read_texts(
        input_file or str(sample_file()), options.read_options(ctx, bundle)
    )
    whose = f"the reviews of {table.source}" if input_file else "the sample reviews"
    reach = reach_of(bundle, texts, whose)
    if as_json:
        print_json(reach.to_json())
        return
    show_reach(results_console(), reach)
    if html is not None:
        from lstm_cli.views.memory_page import reach_page

        _write(ctx, reach_page(reach), html)


def _write(ctx: typer.Context, page: str, file: str) -> None:
    from lstm_cli.data.writing import write_whole

    write_whole(page, file)
    note(ctx, f"written: {file}")

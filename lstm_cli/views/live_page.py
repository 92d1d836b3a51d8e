"""A page with models inside, which computes by itself: ``views/live`` has its program.

Its program and its style are built from ``views/live/src`` and are pure ASCII, and so is the rest
but for the models, which are bytes of their own (``views/live_packing.py``).
"""

from collections.abc import Sequence

from markupsafe import Markup

from lstm_cli.bundle.reading import Bundle
from lstm_cli.views.charts import render, script_of
from lstm_cli.views.console import visible
from lstm_cli.views.live_packing import packed

_MODELS = "<!-- the models -->"  # which no text can hold, for it would be escaped


def live_page(bundles: Sequence[Bundle]) -> bytes:
    """The page of one model or several, as it is written to a file.

    Raises:
        BundleError: a model cannot be used, or a page could not cut reviews as it does.
    """
    names = " and ".join(visible(bundle.name, 40) for bundle in bundles)
    page = render(
        "live.html.j2",
        script_of("live/live.js"),
        style_name="live/live.css",
        title=f"{names}, live",
        models=Markup(_MODELS),
    )
    before, after = page.encode("ascii", "xmlcharrefreplace").split(_MODELS.encode())
    elements = (
        b'<script type="application/octet-stream">' + packed(bundle) + b"</script>\n"
        for bundle in bundles
    )
    return b"".join([before, *elements, after])

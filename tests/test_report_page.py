"""The page of a report, in a real browser: what it shows, to whom, and what it leaves out."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lstm_cli.results import Estimate, Report
from lstm_cli.views.report_charts import axis, figures, periods_below, plot, shades, time_axis
from lstm_cli.views.report_page import MOST_GROUPS, MOST_PANELS, MOST_PERIODS, report_page
from tests.reports import contrast, report, words_of

AXE = Path(__file__).parents[1] / "lstm_cli/views/live/node_modules/axe-core/axe.min.js"
NASTY = '<img src=x onerror=alert(1)>\u202e & "Co"\''
MONTHS = tuple(f"2025-{month:02}" for month in range(1, 13))
MANY = tuple(f"House {k}" for k in range(45))


def full() -> Report:
    """Everything that a page can show."""
    return report(
        periods=MONTHS,
        contrasts=(
            contrast("Airport", "low", (0.043, 0.012, 0.076)),
            contrast("Airport", "mean", (0.2, 0.05, 0.35)),
            contrast(None, "low", (0.01, -0.02, 0.04)),
        ),
        words=(words_of("Airport"), replace(words_of("Harbour"), lowering=(), raising=())),
    )


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page that may neither complain nor ask for anything."""
    surroundings = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = surroundings.new_page()
    troubles: list[str] = []
    opened.on("console", lambda message: troubles.append(message.text))
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    opened.on(
        "request",
        lambda sent: None if sent.url.startswith("file:") else troubles.append(sent.url),
    )
    yield opened
    surroundings.close()
    assert troubles == []


def shown(page: Any, made: Report, *sentences: str) -> Any:
    """The page of a report, opened."""
    file = Path("report.html").absolute()
    file.write_text(report_page(made, sentences, source="folder/hotels.csv"), encoding="utf-8")
    page.goto(file.as_uri())
    return page


def test_the_page_begins_with_what_was_found(page: Any) -> None:
    made = full()
    shown(page, made, "Airport fell.", "Whether Harbour did, nobody can tell.")
    assert page.title() == "Ratings of hotels.csv"
    assert page.inner_text("h1") == "Ratings of hotels.csv by property and stay month"
    assert page.locator(".findings li").all_inner_texts() == [
        "Airport fell.",
        "Whether Harbour did, nobody can tell.",
    ]
    mean, low, number = page.locator(".tiles dd").all_inner_texts()
    assert mean.startswith(f"{made.whole.mean.value:.2f}")
    assert low.startswith(f"{100 * made.whole.low.value:.1f} %")
    assert number.split()[0] == f"{made.reviews:,}"
    assert "2 rows without text and rating are in no figure." in page.inner_text("header")


def test_bars_are_as_long_as_the_shares(page: Any) -> None:
    made = full()
    shown(page, made)
    bars = page.locator(".stack").all()
    cells = [made.whole, *made.of(groups=True)]
    assert len(bars) == len(cells)
    for bar, cell in zip(bars, cells, strict=True):
        width = bar.evaluate("bar => bar.getBoundingClientRect().width")
        drawn = bar.locator("rect").evaluate_all(
            "parts => parts.map((part) => part.width.baseVal.value)"
        )
        shares = [estimate.value for estimate in cell.shares.values()]
        assert drawn == pytest.approx([width * share for share in shares], abs=0.1)


def test_dots_stand_where_their_axis_says(page: Any) -> None:
    """The axis of the low share begins at 0; its ticks and the dots are on one scale."""
    made = full()
    shown(page, made)
    chart = page.locator("table.dots").first
    ticks = chart.locator("text.tick").evaluate_all("all => all.map((one) => one.textContent)")
    highest = float(ticks[-1].removesuffix(" %"))
    assert ticks[0] == "0 %"
    places = chart.locator("circle").evaluate_all("all => all.map((c) => c.getAttribute('cx'))")
    expected = [cell.low.value for cell in (made.whole, *made.of(groups=True))]
    found = [float(place.removesuffix("%")) * highest / 1e4 for place in places]
    assert found == pytest.approx(expected, abs=1e-3)
    rows = chart.locator("td.number").all_inner_texts()
    assert rows[0].split()[0] == f"{100 * made.whole.low.value:.1f}"


def test_each_group_has_its_charts_over_time_and_a_gap_stays_one(page: Any) -> None:
    shown(page, full())
    panels = page.locator(".panels figure").all()
    names = [panel.locator("b").inner_text() for panel in panels]
    assert names == ["all together", "Airport", "Harbour", "Old Town"]
    for panel, marks in zip(panels, (12, 12, 11, 12), strict=True):
        assert panel.locator("svg.plot").count() == 2
        assert panel.locator("svg.plot.low circle:not(.hover)").count() == marks
    # Harbour has no review in February: January is alone, and the line begins in March.
    assert panels[2].locator("svg.plot.low polyline").count() == 1
    assert panels[2].locator("svg.plot.low .span").count() == 1
    assert panels[1].locator("svg.plot.low .span").count() == 0


def test_changes_say_whether_they_are_sure(page: Any) -> None:
    shown(page, full())
    assert page.locator("td.verdict").all_inner_texts() == ["rose", "rose", "cannot tell"]
    colours = page.locator("td.verdict").evaluate_all("all => all.map((one) => one.className)")
    assert [colour.split()[-1] for colour in colours] == ["worse", "better", "unsure"]


def test_words_open_to_reviews_in_which_they_are_marked(page: Any) -> None:
    shown(page, full())
    assert not page.locator("blockquote").first.is_visible()
    page.locator(".terms summary").nth(1).click()
    opened = page.locator(".terms details[open] blockquote")
    assert opened.count() == 3
    assert page.locator(".terms details[open] mark").all_inner_texts() == ["lift was slow"] * 3
    assert opened.first.locator(".small").inner_text() == "line 7, rated 2.2"
    assert "No word stands out" in page.inner_text(".terms >> nth=1")
    detail = page.inner_text(".terms details[open] > p")
    interval = "95 % interval -0.06 to -0.02; where it stands, -0.41"
    assert detail == f"{interval}; said with: room (2 reviews)"
    first = page.locator("#group-1").inner_text()
    assert first == "Airport 0.31 points lower than the others (280 reviews, 400 others)"


def test_words_of_a_part_of_the_reviews_say_so(page: Any) -> None:
    part = replace(words_of("Airport"), others=0, left_out=1_000)
    shown(page, report(("Airport",), (), words=(part,)))
    text = page.inner_text("section[aria-labelledby=words-title]")
    assert "280 of 1,280 reviews were read, drawn at random." in text
    assert "elsewhere" not in text


def test_all_numbers_are_in_tables(page: Any) -> None:
    made = full()
    shown(page, made)
    tables = page.locator(".fold table").all()
    heights = [table.locator("tr").count() - 1 for table in tables]
    assert heights == [4, 12, 35]
    cell = made.of(groups=True)[0]
    row = page.locator(".fold table").first.locator("tr").nth(2).locator("td").all_inner_texts()
    assert row[:2] == [f"{cell.reviews:,}", f"{cell.rated:,}"]
    assert row[2].split("\n") == [
        f"{cell.mean.value:.2f}", f"{cell.mean.low:.2f} to {cell.mean.high:.2f}",
    ]  # fmt: skip


def test_what_strangers_wrote_stays_text(page: Any) -> None:
    """Names, findings and reviews come from a file that anyone may have written."""
    text = f"{NASTY} dirty"
    group = words_of(NASTY)
    at = text.index("dirty")
    quote = replace(group.lowering[0].quotes[0], text=text, places=((at, at + 5),))
    made = report(
        (NASTY, "b"),
        (NASTY, "2"),
        contrasts=(replace(contrast(NASTY, "low", (0.1, 0, 0.2)), first=NASTY),),
        words=(replace(group, lowering=(replace(group.lowering[0], quotes=(quote,)),)),),
    )
    made = replace(made, by=NASTY, over=NASTY, model=NASTY)
    shown(page, made, NASTY)
    assert page.evaluate("document.images.length") == 0
    assert (
        page.locator(".rows")
        .first.locator("th")
        .nth(3)
        .text_content()
        .startswith("<img src=x onerror")
    )
    assert "\u202e" not in page.content()
    assert "<img" not in page.content()


@pytest.mark.parametrize(
    ("kind", "width", "scheme"),
    [
        *(("full", width, scheme) for width in (390, 1280) for scheme in ("light", "dark")),
        ("long", 390, "dark"), ("long", 1280, "light"),
        ("plain", 390, "light"), ("one", 390, "light"),
    ],
)  # fmt: skip
def test_nothing_sticks_out_and_axe_finds_nothing(
    browser: Any, kind: str, width: int, scheme: str
) -> None:
    """On a phone and on a desk, with everything open and a name longer than the screen."""
    made = {
        "full": full(),
        "long": report(("x" * 200, *MANY[:8]), ("y" * 200, "1951")),
        "plain": report((), ()),
        "one": report(("Airport",), ("2025-01",)),
    }[kind]
    surroundings = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True
    )
    page = shown(surroundings.new_page(), made, "A finding.")
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", background))) < 384) == (scheme == "dark")
    if AXE.exists():
        page.evaluate(AXE.read_text("utf-8"))
        found = page.evaluate("axe.run().then((found) => found.violations)")
        assert [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found] == []
    surroundings.close()


def test_many_groups_and_periods_are_cut_and_counted(page: Any) -> None:
    periods = tuple(f"{1990 + k // 4} Q{k % 4 + 1}" for k in range(64))
    made = report(MANY, periods)
    shown(page, made)
    assert page.locator(".stack").count() == 1 + MOST_GROUPS
    assert page.locator("table.dots").first.locator("circle").count() == 1 + MOST_GROUPS
    assert page.locator(".panels figure").count() == 1 + MOST_PANELS
    first = page.locator("svg.plot").first
    assert first.locator("circle:not(.hover)").count() == MOST_PERIODS
    text = page.inner_text("main")
    assert (
        "The 40 groups with most reviews are drawn; the other 5 are in the numbers below." in text
    )
    assert "The last 60 periods are drawn; the 4 before them are in the numbers below." in text
    assert "The first 2,500 of 2,879 rows are shown" in page.locator(".fold").last.text_content()
    smallest = min(made.of(groups=True), key=lambda cell: cell.reviews)
    names = page.locator(".rows").first.locator("th").all_inner_texts()
    assert not any(name.startswith(f"{smallest.group} ") for name in names)


def test_one_that_is_left_out_is_one(page: Any) -> None:
    made = report(MANY[:25], tuple(str(year) for year in range(1900, 1961)))
    text = shown(page, made).inner_text("section[aria-labelledby=time-title]")
    assert (
        "The 24 groups with most reviews are drawn; the other one is in the numbers below. "
        "The last 60 periods are drawn; the one before them is in the numbers below."
    ) in text


def test_nothing_is_cut_off_on_paper(page: Any) -> None:
    page.set_viewport_size({"width": 750, "height": 1060})
    page.emulate_media(media="print", color_scheme="dark")
    shown(page, full())
    assert page.evaluate("document.documentElement.scrollWidth") == 750
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_reviews_without_groups_or_periods_have_neither_charts_nor_headings(page: Any) -> None:
    shown(page, report((), ()))
    assert page.inner_text("h1") == "Ratings of hotels.csv"
    assert page.locator("h2").all_inner_texts() == [
        "How the ratings are shared out", "In numbers", "How to read this",
    ]  # fmt: skip
    assert page.locator(".stack").count() == 1


def test_places_are_called_places(page: Any) -> None:
    """Words have no mean, their places on the scale do."""
    made = report((), ())
    words = ("awful", "bad", "fair", "good", "great")
    shares = dict(zip(words, made.whole.shares.values(), strict=True))
    made = replace(
        made,
        ratings=words,
        low_ratings=words[:2],
        has_places=True,
        cells=(replace(made.whole, shares=shares),),
    )
    shown(page, made)
    assert page.locator(".tiles dt").all_inner_texts()[:2] == [
        "Mean place",
        "Share of awful or bad",
    ]
    assert page.locator(".tiles dd b").first.inner_text().endswith(" of 5")
    assert "1 is awful, 5 is great." in page.inner_text(".reading")


def test_the_ends_of_a_scale_are_the_strongest() -> None:
    """And the low ratings are told from the others by colour."""
    ten = replace(report(), ratings=tuple(map(str, range(1, 11))), low_ratings=("1", "2", "3"))
    found = shades(ten)
    assert [found[str(k)] for k in (1, 10)] == [("low strong", 1.0), ("other strong", 1.0)]
    strengths = [strength for _, strength in found.values()]
    assert strengths[:3] == sorted(strengths[:3], reverse=True)
    assert strengths[3:] == sorted(strengths[3:])
    assert shades(replace(ten, ratings=("1",), low_ratings=("1",))) == {"1": ("low strong", 1.0)}


def test_an_axis_never_leaves_the_scale() -> None:
    wide = axis([1.1, 4.9], (1, 5), "{:.0f}".format, 2)
    assert (wide.low, wide.high, wide.ticks) == (1, 5, ((25.0, "2"), (75.0, "4")))
    assert (wide.place(0), wide.place(3), wide.place(9)) == (0, 50, 100)
    same = axis([4.0, 4.0], (1, 5), "{:.2f}".format, 4)
    assert same.low <= 4 < same.high


def test_what_is_no_number_moves_no_axis() -> None:
    assert axis([float("nan"), 0.5], (0, 1), str, 4).high == 0.51
    assert axis([], (0, 1), "{:.1f}".format, 4).ticks[-1] == (100.0, "1.0")


def test_wide_intervals_of_few_reviews_do_not_flatten_the_lines() -> None:
    """Their bands are cut at the edge of the chart."""
    made = report(periods=MONTHS)
    cells = [
        replace(cell, low=Estimate(0.1 + k / 1_000, 0.08, 1.0 if k == 3 else 0.15))
        for k, cell in enumerate(made.of(periods=True))
    ]
    figure, _ = figures(made, "1 or 2")
    line = time_axis(figure, cells)
    assert line.high < 0.3
    assert plot(figure, line, cells).marks[3].high == 0


def test_a_few_periods_are_named_under_a_chart() -> None:
    assert [name for _, name, _ in periods_below(MONTHS[:5])] == [
        "2025-01", "2025-03", "2025-05",
    ]  # fmt: skip
    assert [name for _, name, _ in periods_below(MONTHS[:4])] == ["2025-01", "2025-04"]
    assert periods_below(MONTHS[:1]) == ((50.0, "2025-01", "middle"),)

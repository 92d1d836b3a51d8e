"""The live page of the base in Chromium: how soon it is open, and how soon a key is answered.

``python -m tests.benchmarks.live``
"""

import shutil
import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import sync_playwright

from lstm_cli.bundle.locating import base_path
from lstm_cli.bundle.reading import open_bundle
from lstm_cli.views.live_page import live_page

FIRST = ("we", "they", "you", "people", "friends", "he", "she", "nobody", "everybody")
REST = (
    "booked this room for the quiet street and the large windows but the neighbours sang until "
    "four and the shower was cold so we left and will not return"
)
MORE = " but the"  # typed after it, letter by letter
OPENINGS = 5
REST_SECONDS = 2.5  # in which what is heavy is done, before the next measurement
# Types as a person does, and waits until it is drawn.
TYPE = """async (text) => {
  const box = document.getElementById("text");
  const set = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set;
  const began = performance.now();
  set.call(box, text);
  box.dispatchEvent(new Event("input", { bubbles: true }));
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
  return performance.now() - began;
}"""


def main() -> None:
    """Print the table."""
    shipped = base_path()
    assert shipped is not None
    page = live_page([open_bundle(shipped)])
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with TemporaryDirectory() as folder, sync_playwright() as running:
        file = Path(folder) / "live.html"
        file.write_bytes(page)
        browser = running.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        opened = [opening(browser, file) for _ in range(OPENINGS)]
        shown = browser.new_page()
        opening(browser, file, shown)
        afresh = [typing(shown, f"{first} {REST}") for first in FIRST]
        text = f"{FIRST[-1]} {REST}"
        keys = [typing(shown, text + MORE[:end]) for end in range(1, len(MORE) + 1)]
        browser.close()
    print("| | median | worst |\n|---|---|---|")
    print(f"| the page, bytes | {len(page):,} | |")
    print(f"| opening it, s | {statistics.median(opened):.2f} | {max(opened):.2f} |")
    anew = f"{len(REST.split()) + 1} words, another first one, ms"
    for name, times in ((anew, afresh), ("a key more, ms", keys)):
        print(f"| {name} | {statistics.median(times):.0f} | {max(times):.0f} |")


def opening(browser: Any, file: Path, page: Any = None) -> float:
    """Seconds until the first rating stands there."""
    page = browser.new_page() if page is None else page
    began = time.perf_counter()
    page.goto(file.as_uri())
    page.wait_for_selector("#rating")
    return time.perf_counter() - began


def typing(page: Any, text: str) -> float:
    """Milliseconds until the page has read a text and drawn what it says."""
    page.wait_for_timeout(1_000 * REST_SECONDS)
    taken: float = page.evaluate(TYPE, text)
    return taken


if __name__ == "__main__":
    main()
